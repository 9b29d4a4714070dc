// Stands for parts of the library that X25519 sealing never reaches: post-quantum and P-256
// recipients, passphrases, security keys, armour. seal.js lets X25519 recipients through only.
function leftOut() {
  throw new Error("left out of this build");
}

export const MLKEM768X25519 = {};
export const MLKEM768P256 = {};
export const p256 = {};
export const scrypt = leftOut;
