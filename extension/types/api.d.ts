/** The server's API, written by `npm run types` from docs/openapi.json. Never edited by hand. */

export interface paths {
    "/api/v1/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report what was seen on a page
         * @description Take one report in; answer once it is stored.
         */
        post: operations["send_report"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report what was seen on up to 100 pages
         * @description Take many reports in, in one transaction; each has its own outcome.
         */
        post: operations["send_reports"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/{receipt}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What became of a report
         * @description Tell what became of a report to whoever has its receipt.
         */
        get: operations["report_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/lookups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Which registered works something belongs to
         * @description Say which registered works something belongs to, how far it is from them and why.
         *
         *         Creators see their own works, moderators all. Everybody else is told that a publicly listed work matches, and no
         *         more than the watch list says: not which, not how many, and the distance in the bits that are in the list.
         */
        post: operations["look_up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the account behind the device is told
         * @description Tell what is new after the alert with the id ``after``, with an ETag.
         */
        get: operations["read_alerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pair a device by the code shown on the page “Devices”
         * @description Pair with a code; few tries. A try is committed before the code is looked at, so that wrong ones count.
         */
        post: operations["pair_device"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/devices/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is known about the device that asks
         * @description Tell a device what is known about it.
         */
        get: operations["this_device"];
        put?: never;
        post?: never;
        /**
         * End the token of the device that asks
         * @description Revoke the token that was sent.
         */
        delete: operations["end_device"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/watch-list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The newest version of the watch list, signed
         * @description The signed manifest of the newest version (docs/watch-list.md), with an ETag.
         */
        get: operations["read_watch_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/watch-list/key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The key the watch list is signed with
         * @description The public key the server signs with now: for who meets this server for the first time.
         */
        get: operations["read_watch_list_key"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/watch-list/files/{sha256}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A file of the watch list
         * @description One file of the watch list, named by its digest. It never changes.
         */
        get: operations["read_watch_list_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This document
         * @description This document.
         */
        get: operations["read_openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Alert
         * @description A confirmed case that concerns works of the account; ``dismissed`` when a moderator took it back.
         */
        Alert: {
            /** Id */
            id: number;
            /**
             * Url
             * @description Where it was found, without any access code.
             */
            url: string;
            /** Site */
            site: string;
            /** Kind */
            kind: string;
            state: components["schemas"]["CaseState"];
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Works
             * @description The first of them.
             */
            works: components["schemas"]["AlertedWork"][];
            /** Works Total */
            works_total: number;
            /**
             * Copies
             * @description Copies that hold or may hold the works, as lists say.
             * @default []
             */
            copies: components["schemas"]["OfferedCopy"][];
        };
        /**
         * AlertedWork
         * @description A work that was found.
         */
        AlertedWork: {
            /** Id */
            id: number;
            /** Title */
            title: string;
            /** Key */
            key: string;
            why: components["schemas"]["Basis"];
            /**
             * @description With `membership`: how sure it is that a copy offered there holds the work.
             * @default null
             */
            certainty: components["schemas"]["Certainty"] | null;
        };
        /**
         * Alerts
         * @description Alerts, oldest first.
         */
        Alerts: {
            /** Alerts */
            alerts: components["schemas"]["Alert"][];
            /**
             * After
             * @description Ask with this for what comes next.
             */
            after: number;
            /**
             * Page
             * @description Where to read all about it.
             */
            page: string;
        };
        /**
         * Answers
         * @description One answer for each question, in the same order.
         */
        Answers: {
            /** Answers */
            answers: components["schemas"]["LookupAnswer"][];
        };
        /**
         * Basis
         * @description Why we believe that a work is at a location.
         * @enum {string}
         */
        Basis: "key" | "sha256" | "pdq" | "membership";
        /**
         * Batch
         * @description Several reports in one request.
         */
        Batch: {
            /** Reports */
            reports: components["schemas"]["BatchedReport"][];
        };
        /**
         * BatchTaken
         * @description One outcome for each report, in the same order.
         */
        BatchTaken: {
            /** Outcomes */
            outcomes: components["schemas"]["Outcome"][];
        };
        /**
         * BatchedReport
         * @description One report of a batch.
         */
        BatchedReport: {
            /**
             * Idempotency Key
             * @default null
             */
            idempotency_key: string | null;
            report: components["schemas"]["Report"];
        };
        /**
         * CaseState
         * @description Where a case stands.
         * @enum {string}
         */
        CaseState: "open" | "confirmed" | "dismissed";
        /**
         * Certainty
         * @description How sure it is that a dataset holds a work (docs/memberships.md); the surest first.
         * @enum {string}
         */
        Certainty: "holds" | "should-hold" | "may-hold";
        /**
         * Device
         * @description The device whose token was sent.
         */
        Device: {
            /** Id */
            id: number;
            /** Name */
            name: string;
            /** Scopes */
            scopes: components["schemas"]["Scope"][];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Last Seen */
            last_seen: string | null;
        };
        /**
         * FieldProblem
         * @description One place in what was sent, and what to change there.
         */
        FieldProblem: {
            /**
             * Pointer
             * @description JSON pointer as a URI fragment, such as ``#/media/0/url``.
             */
            pointer: string;
            /** Detail */
            detail: string;
        };
        /**
         * FoundWork
         * @description A registered work, told to its creator and to moderators.
         */
        FoundWork: {
            /** Id */
            id: number;
            /** Key */
            key: string;
            /** Url */
            url: string;
            /** Title */
            title: string;
            /**
             * Licence
             * @description SPDX identifier, such as `CC-BY-SA-2.0`, where it is known.
             */
            licence: string | null;
            /**
             * Listing
             * @enum {string}
             */
            listing: "server-only" | "public";
        };
        /**
         * ListKey
         * @description The key the server signs with now.
         */
        ListKey: {
            /**
             * Key
             * @description Its id.
             */
            key: string;
            /**
             * Public
             * @description Its 32 bytes as base64.
             */
            public: string;
        };
        /**
         * LookupAnswer
         * @description What one question found.
         */
        LookupAnswer: {
            /** Matches */
            matches: components["schemas"]["LookupMatch"][];
        };
        /**
         * LookupMatch
         * @description Why something belongs to a registered work. All but `basis` may be null; strangers are never told which work.
         */
        LookupMatch: {
            /**
             * Basis
             * @enum {string}
             */
            basis: "key" | "sha256" | "md5" | "pdq";
            /**
             * Distance
             * @description How many bits differ.
             */
            distance: number | null;
            /**
             * Bits
             * @description Of how many bits: 256, or those of the watch list.
             */
            bits: number | null;
            /**
             * Rendition
             * @description Which rendition of the work agrees.
             */
            rendition: string | null;
            /**
             * Turn
             * @description How the picture is turned: `upright`, `mirrored across` …
             */
            turn: string | null;
            work: components["schemas"]["FoundWork"] | null;
        };
        /**
         * ObservedLink
         * @description A link on the page that may lead to a copy. What it is said to be is kept as claimed; our server looks itself.
         */
        ObservedLink: {
            /** Url */
            url: string;
            /**
             * Text
             * @default null
             */
            text: string | null;
            /**
             * Dataset
             * @description Id of the dataset it belongs to, in our catalogue.
             * @default null
             */
            dataset: ("adience" | "asian-celeb" | "brainwash" | "c-ms-celeb" | "casia-webface" | "celeb500k" | "celeba" | "coco" | "deepglint" | "diveface" | "dukemtmc" | "dukemtmc-reid" | "dukemtmc-videoreid" | "dukemtmc4reid" | "faceforensics" | "facescrub" | "fairface" | "fdf" | "ffhq" | "glint-mini" | "glint360k" | "ibm-dif" | "ijb" | "imdb-face" | "imdb-wiki" | "laion-5b" | "lfw" | "lpff" | "megaface" | "ms-celeb-1m" | "ms-celeb-washlist" | "ms-celeb-xiangwu-clean" | "ms1m-arcface" | "ms1m-ibug" | "ms1m-megaface" | "ms1m-retinaface" | "ms1m-v1c" | "open-images" | "pipa" | "pubfig" | "racial-faces-bupt" | "rfw" | "rmfrd" | "tinyface" | "towncentre" | "uccs" | "umdfaces" | "vggface" | "vggface2" | "wc-ms-celeb" | "webface260m" | "wildtrack" | "yfcc100m") | null;
            /**
             * Role
             * @description What of the dataset it leads to. Only `data` makes the place a copy.
             * @default null
             */
            role: ("data" | "features" | "list" | "weights" | "other") | null;
        };
        /**
         * ObservedMedia
         * @description A picture or video seen on the page: whatever is known about it.
         */
        ObservedMedia: {
            /**
             * Url
             * @default null
             */
            url: string | null;
            /**
             * Name
             * @description File name, as the page shows it.
             * @default null
             */
            name: string | null;
            /**
             * Key
             * @description Work key, when the watcher knows it.
             * @default null
             */
            key: string | null;
            /**
             * Sha256
             * @default null
             */
            sha256: string | null;
            /**
             * Pdq
             * @description PDQ fingerprint, 256 bits.
             * @default null
             */
            pdq: string | null;
            /**
             * Quality
             * @description Quality of the PDQ fingerprint.
             * @default null
             */
            quality: number | null;
        };
        /**
         * OfferedCopy
         * @description A dataset of which a copy is offered there, and what lists that were read say about the works in it.
         */
        OfferedCopy: {
            /**
             * Dataset
             * @description Its id in the catalogue.
             */
            dataset: string;
            certainty: components["schemas"]["Certainty"];
            /**
             * Works
             * @description How many of the works it holds, or may hold.
             */
            works: number;
        };
        /**
         * Outcome
         * @description What happened to one report of a batch: 202 taken, 409 key used for another report, 429 limit reached.
         */
        Outcome: {
            /**
             * Status
             * @enum {integer}
             */
            status: 202 | 409 | 429;
            /**
             * Receipt
             * @default null
             */
            receipt: string | null;
            /**
             * Repeated
             * @default false
             */
            repeated: boolean;
            /**
             * Detail
             * @default null
             */
            detail: string | null;
            /**
             * Retry After
             * @description Seconds to wait before sending it again.
             * @default null
             */
            retry_after: number | null;
        };
        /**
         * PairedDevice
         * @description The new device. The token is shown this once.
         */
        PairedDevice: {
            /** Id */
            id: number;
            /** Name */
            name: string;
            /** Scopes */
            scopes: components["schemas"]["Scope"][];
            /** Token */
            token: string;
            /** @description The key the watch list is signed with; null before there is one. */
            watch_list_key: components["schemas"]["ListKey"] | null;
        };
        /**
         * PairingRequest
         * @description The code shown on the page “Devices”, and a name to recognise the device by.
         */
        PairingRequest: {
            /**
             * Code
             * @description Eight characters; blanks and dashes do not count.
             */
            code: string;
            /**
             * Name
             * @description For example “Firefox on the laptop”.
             * @default Browser
             */
            name: string;
        };
        /**
         * Problem
         * @description Why a request could not be done.
         */
        Problem: {
            /**
             * Type
             * @description Names the kind of problem; stays the same over versions.
             */
            type: string;
            /** Title */
            title: string;
            /** Status */
            status: number;
            /** Detail */
            detail: string;
            /**
             * Errors
             * @description Places to change, at most 20.
             * @default []
             */
            errors: components["schemas"]["FieldProblem"][];
        };
        /**
         * Question
         * @description Whatever is known of one picture or video; each part is looked up by itself.
         */
        Question: {
            /**
             * Url
             * @description Any address of it.
             * @default null
             */
            url: string | null;
            /**
             * Key
             * @description Work key, such as `flickr:photo:105`.
             * @default null
             */
            key: string | null;
            /**
             * Sha256
             * @default null
             */
            sha256: string | null;
            /**
             * Md5
             * @default null
             */
            md5: string | null;
            /**
             * Pdq
             * @description PDQ fingerprint, 256 bits.
             * @default null
             */
            pdq: string | null;
            /**
             * Turned
             * @description PDQ of the picture turned and mirrored, in the order of PDQ's own eight after the first: left, upside down, right, mirrored down, mirrored across, transposed, transverse.
             * @default []
             */
            turned: string[];
            /**
             * Quality
             * @description Quality of the PDQ fingerprint. Below 50 it proves nothing and finds nothing.
             * @default null
             */
            quality: number | null;
        };
        /**
         * Questions
         * @description Several lookups in one request.
         */
        Questions: {
            /** Questions */
            questions: components["schemas"]["Question"][];
        };
        /**
         * Report
         * @description What a watcher saw on one page.
         */
        Report: {
            /**
             * Version
             * @description Version of this shape: 1.
             */
            version: number;
            /**
             * Page
             * @description Address of the page.
             */
            page: string;
            /**
             * Observed At
             * @default null
             */
            observed_at: string | null;
            /**
             * Media
             * @default []
             */
            media: components["schemas"]["ObservedMedia"][];
            /**
             * Links
             * @default []
             */
            links: components["schemas"]["ObservedLink"][];
            /**
             * Dataset
             * @description Name of the dataset, as the page gives it.
             * @default null
             */
            dataset: string | null;
            /**
             * Note
             * @description What the watcher wants to say.
             * @default null
             */
            note: string | null;
        };
        /**
         * ReportOutcome
         * @description What became of a report, as its sender is told.
         * @enum {string}
         */
        ReportOutcome: "received" | "checked" | "confirmed" | "rejected";
        /**
         * ReportStatus
         * @description What became of a report. Checked reports are told alike, whether registered works are in them or not.
         */
        ReportStatus: {
            /** Receipt */
            receipt: string;
            state: components["schemas"]["ReportOutcome"];
            /**
             * Words
             * @description The state in plain words.
             */
            words: string;
            /**
             * Received At
             * Format: date-time
             */
            received_at: string;
            /** Checked At */
            checked_at: string | null;
        };
        /**
         * ReportTaken
         * @description The report is stored; the receipt is how to ask what became of it.
         */
        ReportTaken: {
            /** Receipt */
            receipt: string;
            /**
             * Repeated
             * @description Whether this very report had been taken before.
             */
            repeated: boolean;
        };
        /**
         * Scope
         * @description What a device token may do.
         * @enum {string}
         */
        Scope: "report:write" | "alert:read";
        /**
         * Signature
         * @description A signature (Ed25519) over the text of the manifest.
         */
        Signature: {
            /**
             * Key
             * @description Id of the key.
             */
            key: string;
            /**
             * Signature
             * @description Base64.
             */
            signature: string;
        };
        /**
         * SignedManifest
         * @description The newest version, the same for everybody.
         */
        SignedManifest: {
            /**
             * Manifest
             * @description The text that was signed; it is JSON.
             */
            manifest: string;
            /** Signatures */
            signatures: components["schemas"]["Signature"][];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    send_report: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again with the same key, a report is taken once. Without one, its words are the key. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Report"];
            };
        };
        responses: {
            /** @description Taken */
            202: {
                headers: {
                    /** @description Where to ask what became of the report. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportTaken"];
                };
            };
            /** @description Token needed */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Cannot be used */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy */
            503: {
                headers: {
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    send_reports: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Batch"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchTaken"];
                };
            };
            /** @description Token needed */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Cannot be used */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Busy */
            503: {
                headers: {
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    report_status: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                receipt: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportStatus"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    look_up: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Questions"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Answers"];
                };
            };
            /** @description Token needed */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Cannot be used */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_alerts: {
        parameters: {
            query?: {
                /** @description Id of the last alert known. */
                after?: number;
                /** @description How many at most. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Send it as If-None-Match the next time. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alerts"];
                };
            };
            /** @description Nothing has changed */
            304: {
                headers: {
                    /** @description Send it as If-None-Match the next time. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Token needed */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not allowed */
            403: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Cannot be used */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pair_device: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PairingRequest"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PairedDevice"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Body too large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Cannot be used */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    this_device: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Device"];
                };
            };
            /** @description Token needed */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_device: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Token needed */
            401: {
                headers: {
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_watch_list: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Send it as If-None-Match the next time. */
                    ETag?: string;
                    /** @description For how long it may be kept. */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedManifest"];
                };
            };
            /** @description Nothing has changed */
            304: {
                headers: {
                    /** @description Send it as If-None-Match the next time. */
                    ETag?: string;
                    /** @description For how long it may be kept. */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_watch_list_key: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Send it as If-None-Match the next time. */
                    ETag?: string;
                    /** @description For how long it may be kept. */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListKey"];
                };
            };
            /** @description Nothing has changed */
            304: {
                headers: {
                    /** @description Send it as If-None-Match the next time. */
                    ETag?: string;
                    /** @description For how long it may be kept. */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_watch_list_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sha256: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    /** @description Send it as If-None-Match the next time. */
                    ETag?: string;
                    /** @description For how long it may be kept. */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description Nothing has changed */
            304: {
                headers: {
                    /** @description Send it as If-None-Match the next time. */
                    ETag?: string;
                    /** @description For how long it may be kept. */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too many requests */
            429: {
                headers: {
                    "Retry-After"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
        };
    };
}
