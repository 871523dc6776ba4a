/**
 * The tables of the example dataset's world. `#` marks a numeric column, `@` a date or time, the rest is text.
 * The base model never sees these names: models/recipe keeps them out of its own world, and a test holds it to that.
 */

export type ColumnType = "text" | "number" | "time";

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
}

/** Two tables and the column that both hold. */
export interface Link {
  readonly left: Table;
  readonly right: Table;
  readonly column: string;
}

const SCHEMA = `
flights: flight_no carrier origin destination gate aircraft_id #seats_left #fare @departs_at
aircraft: aircraft_id tail_no maker cabin_class #range_km #crew_size @built_on
hotels: hotel_id hotel_name district manager_name #stars #nightly_rate #room_count
bookings: booking_ref hotel_id guest_email room_type #nights #deposit @check_in @check_out
patients: patient_no surname blood_type ward_code insurer #age #weight_kg @admitted_at
wards: ward_code wing head_nurse #beds #free_beds #floor_no
prescriptions: rx_no patient_no drug dosage pharmacist #refills @issued_on
books: isbn book_title author_name genre shelf publisher #pages #copies @printed_on
loans: loan_no isbn member_no branch #renewals @borrowed_on @due_on
members: member_no full_name home_town tier #points #fines_owed @joined_on
employees: badge_no given_name job_title department supervisor #salary #leave_days @hired_on
departments: department cost_center director building #headcount #budget
payrolls: payroll_no badge_no pay_grade #gross_pay #tax_paid #bonus @paid_on
recipes: recipe_name cuisine chef main_ingredient #servings #calories #prep_minutes
ingredients: ingredient food_group supplier_code allergen #unit_price #shelf_days
suppliers: supplier_code company country contact_email #rating #lead_days
orders: order_no customer_code courier payment_method order_status #total_due @placed_at
customers: customer_code nickname city loyalty_level phone_no #credit_limit @last_seen
order_lines: line_no order_no sku #quantity #discount #line_total
products: sku product_name category brand color #list_price #stock_level #weight_g
warehouses: warehouse_code region keeper #capacity #dock_count
shipments: tracking_no order_no warehouse_code freight_class #parcels #freight_cost @shipped_at
songs: song_title artist album record_label mood #bpm #play_count #seconds_long
playlists: playlist_name curator song_title visibility #followers #track_order
concerts: concert_code artist venue promoter #tickets_sold #ticket_price @starts_at
films: film_title film_director studio film_rating #runtime #box_office @released_on
screenings: screening_no film_title hall projection #empty_seats @shown_at
teams: team_name coach stadium league #wins #losses #goals_for
players: player_name team_name position nationality #shirt_no #goals #market_value
matches: match_code home_team away_team referee #home_score #away_score @played_on
students: student_no first_name last_name major dormitory #gpa #credits @enrolled_on
courses: course_code course_title lecturer classroom #credit_hours #max_students
enrollments: student_no course_code semester grade #attendance #exam_score
tickets: ticket_no reporter severity component assignee ticket_state #votes @opened_at @closed_at
commits: commit_hash committer repository commit_message #files_changed #lines_added @committed_at
repositories: repository language license_name maintainer #star_count #fork_count
sensors: sensor_code site sensor_kind firmware #battery_pct #sample_rate @installed_on
readings: reading_no sensor_code unit quality_flag #reading_value #humidity @measured_at
vehicles: plate_no model_name fuel_type depot driver_name #mileage #engine_cc @inspected_on
trips: trip_no plate_no pickup_zone dropoff_zone payment_kind #distance_km #tip @picked_up_at
properties: parcel_no street zone_code owner_name heating #bedrooms #floor_area #asking_price
viewings: viewing_no parcel_no agent_name feedback #offer_price @viewed_at
accounts: iban holder currency account_kind branch_code #balance #overdraft @opened_on
transfers: transfer_no iban payee reference_text transfer_state #amount #fee @booked_at
gardens: plot_no gardener soil_type crop irrigation #plot_size #yield_kg @planted_on
auctions: lot_no seller artwork medium auction_house #opening_bid #final_bid @hammer_at
articles: slug headline columnist section_name article_state #word_count #page_views @published_at
comments: comment_no slug commenter sentiment #likes #reports @written_at
`;

const TYPES: Readonly<Record<string, ColumnType>> = { "#": "number", "@": "time" };

function parseColumn(word: string): Column {
  const type = TYPES[word[0] ?? ""];
  return type === undefined ? { name: word, type: "text" } : { name: word.slice(1), type };
}

function parseTable(line: string): Table {
  const [name = "", columns = ""] = line.split(": ");
  return { name, columns: columns.split(" ").map(parseColumn) };
}

export const tables: readonly Table[] = SCHEMA.trim().split("\n").map(parseTable);

/** Every pair of tables that hold the same column, so that one can be joined to the other. */
const linksOf = (tables: readonly Table[]): Link[] =>
  tables.flatMap((left, i) =>
    tables.slice(i + 1).flatMap((right) => {
      const shared = left.columns.find((column) => right.columns.some((other) => other.name === column.name));
      return shared === undefined ? [] : [{ left, right, column: shared.name }];
    }),
  );

/** Tables and the ways to join them. */
export class Schema {
  readonly links: readonly Link[];

  constructor(readonly tables: readonly Table[]) {
    this.links = linksOf(tables);
  }
}

export const exampleSchema = new Schema(tables);
