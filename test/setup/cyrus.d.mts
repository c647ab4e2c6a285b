/** Where Cyrus is unpacked. */
export declare const cyrusRoot: string
export declare const haveCyrus: () => boolean
/** Says in a sentence why it cannot be done here, or undefined. Safe to repeat. */
export declare function unpackCyrus(say?: (text: string) => void): string | undefined
