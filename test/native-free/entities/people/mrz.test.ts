import { describe, expect, it } from "vitest";
import { mrz } from "../../../../native-free/entities/people/mrz.ts";
import { hitsOf, itFinds } from "../hits-of.ts";

/** The specimens of ICAO Doc 9303 parts 4 to 7. */
const specimens = {
  passport: ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"],
  card: ["I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"],
  cardOfTwo: ["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"],
  visaA: ["V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"],
  visaB: ["V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<"],
};

describe("machine-readable zones", () => {
  it.each(Object.entries(specimens))("%s", (_name, lines) => {
    const value = lines.join("\n");
    for (const between of ["\n", "\r\n", " "])
      expect(hitsOf([mrz], `scan: ${lines.join(between)} end`)).toEqual([`mrz ${value} valid`]);
  });

  it("tells a wrong digit, whichever it is", () => {
    const [first, second] = specimens.passport as [string, string];
    for (const place of [9, 19, 27, 42, 43]) {
      const wrong = second.slice(0, place) + String((Number(second[place]) + 1) % 10) + second.slice(place + 1);
      expect(hitsOf([mrz], `${first}\n${wrong}`), String(place)).toEqual([`mrz ${first}\n${wrong} invalid-check`]);
    }
  });

  it("reads a long document number of a card", () => {
    // Doc 9303 part 5 note j: nine characters, a filler, the rest and its digit.
    const lines = [
      "I<UTOD23145890<7349<<<<<<<<<<<",
      "3407127M9507122UTO<<<<<<<<<<<2",
      "STEVENSON<<PETER<JOHN<<<<<<<<<",
    ];
    expect(hitsOf([mrz], lines.join("\n"))).toEqual([`mrz ${lines.join("\n")} valid`]);
  });

  const [one, two] = specimens.passport as [string, string];
  itFinds(
    [mrz],
    [
      [one],
      [`${one}${two}`],
      [`${one}<\n${two}`],
      [`${one}\n${two}0`],
      [`${one.replace("UTO", "QQQ")}\n${two}`],
      [`${one}\n${two.replace("7408122", "74A8122")}`],
      ["std::cout << x << y; a<<b; <<<<<<< HEAD"],
      ["A".repeat(42) + "<<\n" + "B".repeat(44)],
    ],
  );
});
