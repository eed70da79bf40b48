/** The shapes of what is stored and told, as types. No code: nothing here runs. */

/**
 * @typedef {"data" | "features" | "list" | "weights" | "other"} Role
 *
 * @typedef {object} ObservedMedia a picture or video on the page
 * @property {string} [url]
 * @property {string} [name]
 * @property {string} [key]
 * @property {string} [sha256]
 * @property {string} [pdq]
 * @property {number} [quality]
 * @typedef {object} ObservedLink
 * @property {string} url
 * @property {string} [text]
 * @property {string} [dataset] id in the catalogue
 * @property {Role} [role]
 * @typedef {object} Report exactly what is sent: `Report` of docs/openapi.json
 * @property {1} version
 * @property {string} page
 * @property {string} [observed_at]
 * @property {ObservedMedia[]} [media]
 * @property {ObservedLink[]} [links]
 * @property {string} [dataset]
 * @property {string} [note]
 *
 * @typedef {object} FoundWork a registered work on a page
 * @property {string} key
 * @property {"key" | "name"} how
 * @property {string} place `frame:place`; means something to the content script of that frame only
 * @property {string} text what stands there
 * @property {string} url empty where only a name stands there
 * @typedef {object} FoundCopy a link to a copy of a dataset, or the page as one
 * @property {string} url without any access code
 * @property {string} dataset id in the catalogue
 * @property {Role} role
 * @property {string} reason
 * @property {string} place
 * @property {string} text of the link
 * @property {string} location its key; a digest of it where the key itself opens the data
 * @property {string} from family of the host
 * @property {string} name of the dataset
 * @property {string} state of the dataset
 * @property {string} date of that state; may be empty
 * @property {boolean} hasCode an access code was seen; it is kept apart
 * @property {boolean} unlisted only who has the link comes there
 * @typedef {{place: string, url: string, pdq: string, quality: number, distance: number}} FoundPicture
 * @typedef {object} Findings what was found on the page of a tab
 * @property {string} page without fragment, tracking and access code
 * @property {string} title
 * @property {number} at
 * @property {"reading" | "ready"} state
 * @property {FoundWork[]} works
 * @property {FoundCopy[]} copies
 * @property {FoundPicture[]} pictures
 * @property {{candidates: number, matched: number}} counts
 * @property {Record<string, number>} frames candidates of each frame
 * @property {boolean} capped there was more than is looked at
 * @property {boolean} [left] its tab has gone on
 *
 * @typedef {{code: string, words: string}} Trouble a code the pages have words for, and what the server said
 * @typedef {object} Outgoing a report on its way
 * @property {string} id
 * @property {string} idempotencyKey
 * @property {Report} report
 * @property {string[]} keys places and datasets it speaks of
 * @property {number} sendAt
 * @property {number} tries
 * @property {"waiting" | "sending" | "sent" | "refused"} state
 * @property {number} createdAt
 * @property {boolean} byHand somebody pointed at what it is about
 * @property {string} [receipt]
 * @property {string} [server] that gave the receipt
 * @property {string} [outcome]
 * @property {string} [words] the outcome in the server's words
 * @property {number} [checkedAt] when the outcome was asked for
 * @property {Trouble | null} [problem]
 *
 * @typedef {object} Alert `Alert` of docs/openapi.json
 * @property {number} id
 * @property {string} url
 * @property {string} site
 * @property {string} kind
 * @property {"open" | "confirmed" | "dismissed"} state
 * @property {string} since
 * @property {string} created_at
 * @property {{id: number, title: string, key: string, why: string, certainty?: string | null}[]} works
 * @property {number} works_total
 * @typedef {object} AlertBook
 * @property {number} after
 * @property {string} etag
 * @property {Alert[]} items newest first
 * @property {number[]} read
 * @property {number[]} untold not shown as a notification yet
 * @property {string} page
 * @property {number} checkedAt
 * @property {Trouble | null} problem
 * @property {number} [refreshedAt] when older ones were read again
 *
 * @typedef {object} Device this browser at a server
 * @property {string} server origin
 * @property {number} id
 * @property {string} name
 * @property {string} token never shown, never exported
 * @property {number} since
 * @property {boolean} [revoked] the server no longer takes the token
 *
 * @typedef {object} ListState
 * @property {number} version
 * @property {string} made_at
 * @property {number} fetchedAt
 * @property {number} count
 * @property {number} bytes
 * @property {"none" | "fresh" | "stale" | "refused"} state
 * @property {string} [why] why an update was refused
 * @property {string} [problem] code of the last fault on the way
 * @property {number} [next] when it wants to be looked after
 * @property {number} [pictures] how many fingerprints of pictures
 * @property {string} publicKey
 */

export {};
