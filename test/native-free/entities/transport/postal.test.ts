import { describe } from "vitest";
import { postalRecogniser } from "../../../../native-free/entities/transport/postal.ts";
import { itFinds } from "../hits-of.ts";

const good = "upu-s10 RA473124829GB valid";

describe("postal items", () => {
  itFinds(
    [postalRecogniser],
    [
      ["Tracking RA473124829GB", good],
      ["tracking ra473124829gb", good],
      ["parcel RA 473 124 829 GB", good],
      ["Einschreiben RA 47312482 9 GB", good],
      ["RA473124829GB", "upu-s10 RA473124829GB valid-check"],
      ["parcel RA473124828GB", "upu-s10 RA473124828GB invalid-check"],
      ["RA473124828GB"],
      ["ra473124829gb"],
      ["parcel RA473124829QQ"],
      ["parcel XA473124829GB"],
      ["parcel RA473124829GBX"],
      ["parcel ARA473124829GB"],
      ["parcel RA4731248290GB"],
      ["parcel Ra473124829gb"],
    ],
  );
});
