// Where the stand is: `propusk start` prints the address of its control plane, and keeps the token in var/control-token.
export const address = process.env.PROPUSK_STAND_URL ?? "http://127.0.0.1:8401";
export const token = process.env.PROPUSK_CONTROL_TOKEN ?? "";
if (!token) throw new Error("PROPUSK_CONTROL_TOKEN must hold the token of the control plane: `propusk start` prints its file");
const health = await fetch(`${address}/health`).catch(() => undefined);
if (!health?.ok) throw new Error(`No control plane answers at ${address}: start it by \`propusk start\`, or set PROPUSK_STAND_URL`);
