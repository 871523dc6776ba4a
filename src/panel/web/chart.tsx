/** A line chart by uPlot that follows the theme and its container's width. Its table is the caller's business. */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { themeColor, useThemeSerial } from "./theme";

export interface Line {
  readonly label: string;
  /** A --vscode-* colour's name. */
  readonly color: string;
  readonly fallback: string;
  readonly dash?: readonly number[];
  readonly points?: boolean;
  readonly values: readonly (number | null)[];
}

interface ChartProps {
  /** What the chart shows, for who cannot see it. */
  readonly summary: string;
  readonly x: readonly number[];
  readonly xLabel: string;
  readonly lines: readonly Line[];
  /** Fixed limits of the value axis. */
  readonly range?: readonly [number, number];
  /** Whether only whole numbers make sense on the x axis. */
  readonly wholeX?: boolean;
  readonly digits: number;
}

const height = 220;
const wholeSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500];

function optionsFor(props: ChartProps, width: number): uPlot.Options {
  const foreground = themeColor("descriptionForeground", "#888888");
  const grid = { stroke: themeColor("editorIndentGuide-background", "#88888844"), width: 1 };
  const font = `11px ${themeColor("font-family", "sans-serif")}`;
  const { range, lines, digits } = props;
  const axis: uPlot.Axis = { stroke: foreground, grid, ticks: grid, font, labelFont: font, labelSize: 18 };
  return {
    width,
    height,
    scales: { x: { time: false }, y: range === undefined ? {} : { range: [range[0], range[1]] } },
    axes: [
      { ...axis, label: props.xLabel, size: 32, ...(props.wholeX === true ? { incrs: wholeSteps } : {}) },
      { ...axis, size: 48 },
    ],
    cursor: { y: false, drag: { setScale: false } },
    series: [
      { label: props.xLabel, value: (_chart, value: number | null) => (value === null ? "–" : value.toFixed(2)) },
      ...lines.map((line): uPlot.Series => ({
        label: line.label,
        stroke: themeColor(line.color, line.fallback),
        width: 2,
        spanGaps: true,
        ...(line.dash === undefined ? {} : { dash: [...line.dash] }),
        points: { show: line.points ?? false, size: 7 },
        value: (_chart, value: number | null) => (value === null ? "–" : value.toFixed(digits)),
      })),
    ],
  };
}

const dataOf = ({ x, lines }: ChartProps): uPlot.AlignedData => [[...x], ...lines.map(({ values }) => [...values])];

export function Chart(props: ChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const theme = useThemeSerial();
  const shape = props.lines.map(({ label }) => label).join();

  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const made = new uPlot(optionsFor(props, element.clientWidth), dataOf(props), element);
    chart.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, [theme, shape]);

  useEffect(() => chart.current?.setData(dataOf(props)), [props.x, props.lines]);

  return <div class="chart" role="img" aria-label={props.summary} ref={holder} />;
}
