/** People and topics of generated accounts. Invented; any likeness is chance. */

/** A person of a generated account. */
export interface Person {
  readonly firstName: string;
  readonly lastName: string;
  /** Local part of the e-mail address. */
  readonly mailbox: string;
  readonly timezone: string;
  readonly dept: string;
}

function person(names: readonly [string, string], mailbox: string, place: readonly [string, string]): Person {
  const [firstName, lastName] = names;
  const [timezone, dept] = place;
  return { firstName, lastName, mailbox, timezone, dept };
}

/** Where every generated person has a mailbox (RFC 2606 reserves the domain). */
export const mailDomain = "example.test";

export const people: readonly Person[] = [
  person(["Ana", "Žižek"], "ana.zizek", ["Europe/Ljubljana", "Research"]),
  person(["Bo", "Lindqvist"], "bo.lindqvist", ["Europe/Stockholm", "Sales"]),
  person(["美玲", "陈"], "meiling.chen", ["Asia/Shanghai", "Engineering"]),
  person(["Олена", "Коваль"], "olena.koval", ["Europe/Kyiv", "Engineering"]),
  person(["Amadou", "Diallo"], "amadou.diallo", ["Africa/Dakar", "Support"]),
  person(["Priya", "Raman"], "priya.raman", ["Asia/Kolkata", "Finance"]),
  person(["João", "d'Ávila"], "joao.davila", ["America/Sao_Paulo", "Legal"]),
  person(["ليلى", "حداد"], "layla.haddad", ["Asia/Beirut", "Marketing"]),
  person(["Siobhán", "O'Brien"], "siobhan.obrien", ["Europe/Dublin", "People"]),
  person(["健", "山本"], "ken.yamamoto", ["Asia/Tokyo", "Design"]),
  person(["Noa", "Ben-David"], "noa.bendavid", ["Asia/Jerusalem", "Research"]),
  person(["William", "Te Rangi"], "william.terangi", ["Pacific/Auckland", "Sales"]),
];

export const topics: readonly [string, ...string[]] = [
  "Weekly sync",
  "Plan/Review: “Q3 targets” 🚀",
  "Réunion d'équipe",
  "Customer call: Nordwind GmbH & Co. KG",
  "週次ミーティング",
  "Sprint retrospective",
  "Lecture 7 – Probability",
  "Планёрка",
  "Interview (candidate #42)",
  "اجتماع التخطيط",
  "Budget 2025: what's left?",
  "All hands",
  "1:1",
  "Design critique *draft*",
  "Onboarding <new starters>",
  "발표 연습",
  "Board meeting...",
  "Deposition – Case 24-1187",
  "Zoom meeting",
  "C:\\Temp or not?",
];

export const participants: readonly [string, ...string[]] = [
  "Ana Žižek",
  "iPad (2)",
  "Олена Коваль",
  "Guest / Beamer",
];
