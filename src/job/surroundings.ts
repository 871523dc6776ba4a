/** How much text a located finding carries along, apart from the code that reads datasets: lists know by it where the span begins. */

/** UTF-16 units on either side of the span, where the field has as many. */
export const reach = 30;
