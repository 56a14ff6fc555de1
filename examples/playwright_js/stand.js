// Where the stand is: `propusk start` prints the address of its control plane, and keeps the token in var/control-token.
export const address = process.env.PROPUSK_STAND_URL ?? "http://127.0.0.1:8401";
export const token = process.env.PROPUSK_CONTROL_TOKEN ?? "";
