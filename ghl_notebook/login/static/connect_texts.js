// @ts-check
/** The texts of the card that connects one social account. */

import TEXTS from "./connect.json" with { type: "json" };

export const CARD_STATES = TEXTS.states;
export const CONTROLS = TEXTS.controls;
