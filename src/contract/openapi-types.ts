/** Generated from openapi.yaml by `npm run types`. Do not edit. */
export interface paths {
    "/v1/exchanges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Share one document with one or more agencies
         * @description Answers 202 once the decision and the outgoing exchange are durable. With `Prefer: wait=N` (RFC 7240) it waits up to
         *     N seconds (60 at most) for the receipt and answers 201 if it came. Several recipients give one exchange each; a
         *     recipient that is refused is named in its own entry, and only if all are refused the answer is a problem.
         */
        post: operations["pushExchange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/exchanges/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Share many documents, one request for each line (NDJSON)
         * @description Each line of the body is what `POST /v1/exchanges` takes. Each line of the answer belongs to the line of the same
         *     number: its exchanges, or its problem. All that is released becomes durable before the answer begins.
         */
        post: operations["pushBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/exchanges/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where an exchange stands, and what was shared, treated and withheld by which row */
        get: operations["readExchange"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shared/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What peers share with us, live (server-sent events)
         * @description Each event has the cursor as its id, `shared` as its type and one Shared document as its data. `Last-Event-ID`
         *     resumes after that cursor; without it the stream begins with what arrives next.
         */
        get: operations["streamShared"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shared/{resource}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What peers have shared with us for one purpose, in our schema, oldest first */
        get: operations["listShared"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shared/{resource}/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One shared document with its translation report, caveats and retention */
        get: operations["readShared"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/peer/v1/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchanges from another agency, under one signature
         * @description NDJSON. The first line is a JWS (EdDSA) over the manifests, each further line is one document, byte for byte what its
         *     manifest hashes. The answer is a JWS over one receipt for each exchange.
         */
        post: operations["receiveBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/peer/v1/canary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Proves the path to this gateway and its ability to record, not only the socket */
        get: operations["readCanary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/peer/v1/checkpoint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest signed head of this gateway's ledger (C2SP tlog-checkpoint) */
        get: operations["readCheckpoint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process answers */
        get: operations["readLiveness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The gateway can record and knows its agreements; says nothing of peers, lest their fault take this gateway out */
        get: operations["readReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Metrics in the Prometheus text format */
        get: operations["readMetrics"];
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
        /** @description An organisation with a gateway */
        AgencyId: string;
        ExchangeId: string;
        /** @description Why the data is shared: joint-planning, live-coordination, … */
        Purpose: string;
        /** @description A published schema: police.operation, army.opord, … */
        ResourceName: string;
        Label: {
            policy: string;
            classification: string;
            sensitive?: boolean;
        };
        Push: {
            /** @description One recipient, or several */
            to: components["schemas"]["AgencyId"] | components["schemas"]["AgencyId"][];
            purpose: components["schemas"]["Purpose"];
            resource: components["schemas"]["ResourceName"];
            /** @description A document of that resource, in the schema of this agency */
            document: Record<string, never>;
            label: components["schemas"]["Label"];
            /**
             * @description ROUTINE where it is absent
             * @enum {string}
             */
            precedence?: "FLASH" | "IMMEDIATE" | "PRIORITY" | "ROUTINE";
            inReplyTo?: components["schemas"]["ExchangeId"];
            /** @description What the conditions of the agreement may read of the request, such as the operation it is about */
            context?: {
                [key: string]: string;
            };
        };
        Pushed: {
            exchanges: components["schemas"]["PushedTo"][];
        };
        PushedTo: {
            id: components["schemas"]["ExchangeId"];
            to: components["schemas"]["AgencyId"];
            state: components["schemas"]["State"];
            /** @description Where to ask how it stands */
            status?: string;
            receipt?: components["schemas"]["Receipt"];
            refusal?: components["schemas"]["Problem"];
        };
        PushedLine: {
            line: number;
            exchanges?: components["schemas"]["PushedTo"][];
            problem?: components["schemas"]["Problem"];
        };
        /**
         * @description queued until the peer answers; accepted and refused are the peer's signed answer; a release refused here is refused at once
         * @enum {string}
         */
        State: "queued" | "accepted" | "refused" | "expired";
        Receipt: {
            id: components["schemas"]["ExchangeId"];
            sha256: string;
            /** @enum {string} */
            outcome: "accepted" | "refused" | "retry";
            code?: string;
            /** @description The leaf of the receiver's ledger that records it */
            leaf?: string;
            /** Format: date-time */
            at: string;
        };
        Exchange: {
            id: components["schemas"]["ExchangeId"];
            to: components["schemas"]["AgencyId"];
            state: components["schemas"]["State"];
            purpose: components["schemas"]["Purpose"];
            resource: components["schemas"]["ResourceName"];
            agreement: {
                id: string;
                revision: number;
                digest: string;
            };
            /** Format: date-time */
            releasedAt: string;
            /** Format: date-time */
            settledAt?: string;
            receipt?: components["schemas"]["Receipt"];
            /** @description For each item of the catalogue what the agreement did with it, without any value */
            explanation: components["schemas"]["Explanation"][];
        };
        Explanation: {
            path: string;
            outcome: string;
            says: string;
        };
        ReportLine: {
            /** @description JSON Pointer in the document as delivered */
            path: string;
            /** @enum {string} */
            outcome: "EXACT" | "APPROXIMATED" | "WIDENED" | "NARROWED" | "DEFAULTED" | "UNMAPPED" | "BLOCKED";
            rule: string;
            error?: {
                value: number;
                unit: string;
            };
            note?: string;
            reversible?: boolean;
        };
        Shared: {
            id: components["schemas"]["ExchangeId"];
            cursor: string;
            from: components["schemas"]["AgencyId"];
            resource: components["schemas"]["ResourceName"];
            version: string;
            purpose: components["schemas"]["Purpose"];
            label: components["schemas"]["Label"];
            /** Format: date-time */
            receivedAt: string;
            /**
             * Format: date-time
             * @description When this gateway erases it
             */
            deleteAt?: string;
            document: Record<string, never>;
            /** @description The owner shares a part of what it holds; always true */
            partialView?: boolean;
            translation: components["schemas"]["ReportLine"][];
            caveats: string[];
            /** @description What the agreement asks of the recipient */
            obligations?: unknown;
            /** @description Digest of the agreement it was shared under */
            agreement: string;
            inReplyTo?: components["schemas"]["ExchangeId"];
        };
        SharedPage: {
            items: components["schemas"]["Shared"][];
            /** @description The cursor to give as `after` for the next page; absent on the last page */
            next?: string;
        };
        Canary: {
            agency: components["schemas"]["AgencyId"];
            /** Format: date-time */
            at: string;
            recording: boolean;
        };
        Health: {
            /** @enum {string} */
            status: "ok" | "failing";
            checks?: {
                [key: string]: "ok" | "failing";
            };
        };
        Violation: {
            /** @description JSON Pointer (RFC 6901) into the request */
            pointer: string;
            says: string;
        };
        /**
         * @description Never renamed, never used for something else
         * @enum {string}
         */
        RefusalCode: "content-type-unsupported" | "body-too-large" | "json-malformed" | "json-duplicate-key" | "json-too-deep" | "request-invalid" | "header-duplicated" | "not-found" | "idempotency-mismatch" | "cursor-expired" | "certificate-unknown" | "certificate-unfit" | "certificate-revoked" | "token-missing" | "token-invalid" | "token-expired" | "token-unbound" | "purpose-not-granted" | "recipient-unknown" | "resource-unknown" | "document-invalid" | "agreement-missing" | "agreement-not-yet-in-force" | "agreement-expired" | "purpose-unknown" | "role-not-allowed" | "purpose-window" | "gate-failed" | "obligation-unsupported" | "purpose-mismatch" | "batch-malformed" | "batch-signature-invalid" | "batch-wrong-sender" | "batch-wrong-recipient" | "batch-stale" | "batch-replayed" | "digest-mismatch" | "exchange-conflict" | "sequence-gap" | "exchange-expired" | "agreement-mismatch" | "beyond-agreement" | "schema-mismatch" | "mapping-missing" | "translation-blocked" | "target-invalid" | "store-unavailable" | "overloaded" | "fault";
        Problem: {
            /** @description urn:concordat:refusal:<code> */
            type: string;
            title: string;
            status: number;
            code: components["schemas"]["RefusalCode"];
            /** @description The rule that says no: a gate, a red line, a schema keyword */
            rule?: string;
            /** @description What to quote when asking why */
            exchangeId?: string;
            errors?: components["schemas"]["Violation"][];
        };
    };
    responses: {
        /** @description A refusal or a fault (RFC 9457) */
        problem: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /** @description A UUID version 7 (RFC 9562) */
        id: components["schemas"]["ExchangeId"];
        /** @description Why the data is asked for; it must be the purpose the document was shared for */
        purpose: components["schemas"]["Purpose"];
        /** @description The same key with the same body gives the same answer for 24 hours */
        idempotencyKey: string;
        prefer: string;
        ifNoneMatch: string;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    pushExchange: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same body gives the same answer for 24 hours */
                "idempotency-key"?: components["parameters"]["idempotencyKey"];
                prefer?: components["parameters"]["prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Push"];
            };
        };
        responses: {
            /** @description Receipted */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pushed"];
                };
            };
            /** @description Durable and on its way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pushed"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    pushBatch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-ndjson": unknown;
            };
        };
        responses: {
            /** @description One PushedLine for each line of the request */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["PushedLine"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    readExchange: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A UUID version 7 (RFC 9562) */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The exchange */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Exchange"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    streamShared: {
        parameters: {
            query: {
                /** @description Why the data is asked for; it must be the purpose the document was shared for */
                purpose: components["parameters"]["purpose"];
                resource?: components["schemas"]["ResourceName"];
            };
            header?: {
                "last-event-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            default: components["responses"]["problem"];
        };
    };
    listShared: {
        parameters: {
            query: {
                /** @description Why the data is asked for; it must be the purpose the document was shared for */
                purpose: components["parameters"]["purpose"];
                /** @description The cursor of the page before */
                after?: string;
                limit?: number;
            };
            header?: {
                "if-none-match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                resource: components["schemas"]["ResourceName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SharedPage"];
                };
            };
            /** @description Nothing new since the ETag */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["problem"];
        };
    };
    readShared: {
        parameters: {
            query: {
                /** @description Why the data is asked for; it must be the purpose the document was shared for */
                purpose: components["parameters"]["purpose"];
            };
            header?: {
                "if-none-match"?: components["parameters"]["ifNoneMatch"];
            };
            path: {
                resource: components["schemas"]["ResourceName"];
                /** @description A UUID version 7 (RFC 9562) */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Shared"];
                };
            };
            /** @description Unchanged since the ETag */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["problem"];
        };
    };
    receiveBatch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-ndjson": unknown;
            };
        };
        responses: {
            /** @description Receipts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/jose": string;
                };
            };
            default: components["responses"]["problem"];
        };
    };
    readCanary: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Alive */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Canary"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    readCheckpoint: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A signed note */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            default: components["responses"]["problem"];
        };
    };
    readLiveness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Alive */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    readReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Not ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    readMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Metrics */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            default: components["responses"]["problem"];
        };
    };
}
