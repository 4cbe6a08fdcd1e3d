/** Letters that may stand behind `%`. */
export const timeLetters = "YymdjHIpMSGVuaAbBzFs%";

const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

type Time = Temporal.Instant | Temporal.PlainDate;

/** A time as Zoom writes it, a second in UTC or a day; `undefined` for anything else. */
export function readTime(text: string): Time | undefined {
  try {
    return text.includes("T") ? Temporal.Instant.from(text) : Temporal.PlainDate.from(text);
  } catch {
    return undefined;
  }
}

/** Writes a time in a zone; a day alone is the same day everywhere. */
export function formatTime(text: string, letters: string, zone: string): string {
  const time = readTime(text);
  if (time === undefined) return text;
  const zoned = time instanceof Temporal.Instant
    ? time.toZonedDateTimeISO(zone)
    : time.toZonedDateTime("UTC");
  return letters.replace(/%(.)/g, (_, letter: string) => writeLetter(letter, zoned));
}

function writeLetter(letter: string, time: Temporal.ZonedDateTime): string {
  const digits = (value: number, count = 2) => String(value).padStart(count, "0");
  const weekday = weekdays[time.dayOfWeek - 1] ?? "";
  const month = months[time.month - 1] ?? "";
  switch (letter) {
    case "Y":
      return digits(time.year, 4);
    case "y":
      return digits(time.year % 100);
    case "m":
      return digits(time.month);
    case "d":
      return digits(time.day);
    case "j":
      return digits(time.dayOfYear, 3);
    case "H":
      return digits(time.hour);
    case "I":
      return digits(time.hour % 12 || 12);
    case "p":
      return time.hour < 12 ? "AM" : "PM";
    case "M":
      return digits(time.minute);
    case "S":
      return digits(time.second);
    case "G":
      return digits(time.yearOfWeek ?? time.year, 4);
    case "V":
      return digits(time.weekOfYear ?? 0);
    case "u":
      return String(time.dayOfWeek);
    case "a":
      return weekday.slice(0, 3);
    case "A":
      return weekday;
    case "b":
      return month.slice(0, 3);
    case "B":
      return month;
    case "z":
      return time.offset.replaceAll(":", "");
    case "F":
      return `${digits(time.year, 4)}-${digits(time.month)}-${digits(time.day)}`;
    case "s":
      return String(Math.floor(time.epochMilliseconds / 1000));
    default:
      return letter;
  }
}
