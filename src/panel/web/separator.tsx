/** A movable border: dragged by the pointer, or moved by the arrow keys. */
import { useRef } from "preact/hooks";

interface SeparatorProps {
  readonly label: string;
  /** Of the line itself: a vertical one changes a width, a horizontal one a height. */
  readonly orientation: "vertical" | "horizontal";
  /** Pixels. */
  readonly value: number;
  readonly least: number;
  readonly most: number;
  /** -1 where the size grows against the pointer's direction. */
  readonly direction?: 1 | -1;
  readonly change: (value: number) => void;
}

const step = 16;

export function Separator({ label, orientation, value, least, most, direction = 1, change }: SeparatorProps) {
  const from = useRef<{ readonly at: number; readonly value: number } | null>(null);
  const place = (event: PointerEvent): number => (orientation === "vertical" ? event.clientX : event.clientY);
  const clamp = (next: number): number => Math.round(Math.min(most, Math.max(least, next)));
  const keys =
    orientation === "vertical" ? { ArrowLeft: -step, ArrowRight: step } : { ArrowUp: -step, ArrowDown: step };
  return (
    <div
      class={`separator ${orientation}`}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={orientation}
      aria-valuenow={Math.round(value)}
      aria-valuemin={least}
      aria-valuemax={most}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { at: place(event), value };
      }}
      onPointerMove={(event) => {
        if (from.current !== null) change(clamp(from.current.value + direction * (place(event) - from.current.at)));
      }}
      onPointerUp={() => {
        from.current = null;
      }}
      onPointerCancel={() => {
        from.current = null;
      }}
      onKeyDown={(event) => {
        const move = (keys as Readonly<Record<string, number | undefined>>)[event.key];
        if (move === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        change(clamp(value + direction * move));
      }}
    />
  );
}
