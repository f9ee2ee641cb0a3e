// Which clients do tests invent? Only names of the demo data, varied.

import type { ClientFields } from "./database.ts";

/** More clients than a page asks for; each is worth 1,000 a year and due for a review. */
export const MANY: ClientFields[] = Array.from({ length: 300 }, (_, at) => ({
  name: `Brindlecrest Freight ${String(at + 1).padStart(3, "0")}`,
  phase: "Compounding",
  segment: "mid",
  arr: 1_000,
  health: 40 + (at % 60),
  churn_risk: at % 40,
  review_in: at % 30,
}));

/** Names that break what was made for short ones. */
export const LONG: ClientFields[] = [
  "Emberfold Robotics and Hollowpine Energy and Juniperdale Software and Calderhollow Foods Holding Company",
  "Kestrelfordlearningandlanternbaymediaandmossvaneinsuranceandnettlewyckretailandopalreachtraveltogether",
  "<b>Glassmere</b> & \"Hotels\" <script>alert('x')</script>",
  "فندق جلاسمير 🏨 グラスミア",
].map((name, at) => ({
  name,
  phase: "Architecture",
  segment: "enterprise",
  arr: 999_999_999.99 - at,
  health: 50 + at,
  churn_risk: 34 - at,
  review_in: at * 4 - 3,
}));
