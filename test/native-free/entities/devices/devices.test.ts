import { describe, expect, it } from "vitest";
import { gps } from "../../../../native-free/entities/devices/gps.ts";
import { mobile } from "../../../../native-free/entities/devices/mobile.ts";
import { vin } from "../../../../native-free/entities/devices/vin.ts";
import { EntityFinder } from "../../../../native-free/entities/find-entities.ts";
import { itFinds } from "../hits-of.ts";

describe("mobile telephony", () => {
  itFinds(
    [mobile],
    [
      ["IMEI: 490154203237518", "imei 490154203237518 valid"],
      ["IMEI 49-015420-323751-8", "imei 490154203237518 valid"],
      ["no 490154-20-323751-8", "imei 490154203237518 valid-check"],
      ["IMEI 490154203237519", "imei 490154203237519 invalid-check"],
      ["IMEI 49015420323751", "imei 49015420323751 pattern"],
      ["IMEISV 4901542032375101", "imeisv 4901542032375101 pattern"],
      ["490154203237518 4901542032375189 0.490154203237518"],
      ["ICCID 8944500102198304826", "iccid 8944500102198304826 valid"],
      ["n 8944500102198304826", "iccid 8944500102198304826 valid-check"],
      ["SIM 8944 5001 0219 8304 826", "iccid 8944500102198304826 valid"],
      ["iccid 8944500102198304827", "iccid 8944500102198304827 invalid-check"],
      ["8944500102198304827 8844500102198304826 89445001021983048261234"],
      ["IMSI 310150123456789", "imsi 310150123456789 valid"],
      ["IMSI 390150123456789 and 310150123456789123"],
      ["310150123456789"],
    ],
  );
});

describe("vehicles", () => {
  itFinds(
    [vin],
    [
      ["VIN: 1M8GDM9AXKP042788", "vin 1M8GDM9AXKP042788 valid"],
      ["VIN: 1HGBH41JXMN109186", "vin 1HGBH41JXMN109186 valid"],
      ["Chassis number: JH4DB1561NS000565", "vin JH4DB1561NS000565 valid"],
      ["Frame #5GZCZ43D13S812715", "vin 5GZCZ43D13S812715 valid"],
      ["The sequence WBA3A5C57CFJ89971.", "vin WBA3A5C57CFJ89971 valid-check"],
      ["n WVWZZZ1JZ3W386752", "vin WVWZZZ1JZ3W386752 pattern"],
      ["VIN 1FAHP3K2XCL277509", "vin 1FAHP3K2XCL277509 invalid-check"],
      ["Vehicle ID: JN1CV6AP8BM550167", "vin JN1CV6AP8BM550167 pattern"],
      ["VIN: 1FTFW1ET5DFC10312", "vin 1FTFW1ET5DFC10312 invalid-check"],
      ["1FAHP3K2XCL277509 JN1CV6AP8BM550167"],
      ["VIN 1FAHP3Q2XCL277509 12345678901234567 1HGBH41JxMN109186"],
      ["n 1HGBH41JXUN109186 1HGBH41JXZN109186 1HGBH41JX0N109186"],
      ["VIN FFFFFFFF1HGBH41JXMN109186FFFFFFFF 1M8GDM9AXKP04278 1M8GDM9AXKP0427888"],
    ],
  );
});

describe("positions", () => {
  const brussels = "gps 50.8503,4.3517 valid";
  itFinds(
    [gps],
    [
      ["lat 50.8503, lon 4.3517", brussels],
      ['{"lat": 50.8503, "lng": 4.3517}', brussels],
      ['{"longitude": 4.3517, "latitude": 50.8503}', brussels],
      ["GPS 50.8503, 4.3517", brussels],
      ["50.8503 N, 4.3517 E", brussels],
      ["N 50.8503 E 4.3517", brussels],
      ["50.8503° N 4.3517° E", brussels],
      ["50°51'01\"N 4°21'06\"E", "gps 50.850278,4.351667 valid"],
      ["33° 51′ 24.8″ S, 151° 12′ 34″ E", "gps -33.856889,151.209444 valid"],
      ["40° 26.767' N 79° 58.933' W", "gps 40.446117,-79.982217 valid"],
      ["geo:48.2010,16.3695;u=35", "gps 48.201,16.3695 valid"],
      ["https://www.google.com/maps/@50.8503,4.3517,15z", brussels],
      ["https://maps.google.com/maps/place/x/data=!3d50.8503!4d4.3517", brussels],
      ["https://maps.google.com/?ll=-33.8568,151.2153&z=5", "gps -33.8568,151.2153 valid"],
      ["$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47", "gps 48.1173,11.516667 valid"],
      ["$GPRMC,123519,A,4807.038,N,01131.000,W,022.4,084.4,230394,003.1,W*78", "gps 48.1173,-11.516667 valid"],
      ["$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*48", "gps 48.1173,11.516667 invalid-check"],
      ["50.8503, 4.3517 and 12.3456,7.8901"],
      ["lat 91.8503, lon 4.3517"],
      ["lat 50.8503, lon 181.3517"],
      ["lat 1.5, lon 2.5"],
      ["geo:x geo:95.1,3.2 $GPGGA,1,2*00 25°C and 30°F, 5' 11\" N"],
    ],
  );

  it("are the same in UTF-8 and in Latin-1", () => {
    for (const encoding of ["utf8", "latin1"] as const) {
      const bytes = Buffer.from("50°51'01\"N 4°21'06\"E", encoding);
      const found = new EntityFinder([gps]).find({ bytes, from: 0, to: bytes.length });
      expect(found.map(({ value }) => value)).toEqual(["50.850278,4.351667"]);
    }
  });
});
