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
        /**
         * What peers have shared with us for one purpose, in our schema, oldest first
         * @description `Accept` chooses the format: JSON; GeoJSON (RFC 7946) for what has places; Cursor on Target as XML for
         *     `army.positionReport`. In these two the next page is in the Link header (RFC 8288), and `concordat-left-out` counts the
         *     documents of the page that have no place or time to show.
         */
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
        /**
         * One shared document with its translation report, caveats and retention
         * @description `Accept` chooses the format, as for the list; mutual aid is to be had as EDXL-RM 1.0 in XML, too. Only JSON has the
         *     translation report.
         */
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
    "/peer/v1/witness/add-checkpoint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Has a head of the caller's ledger cosigned by this gateway (C2SP tlog-witness)
         * @description `old <size>`, the lines of a consistency proof, an empty line, and a checkpoint. What is cosigned is durable, and a leaf of
         *     this gateway's own ledger, before it is answered.
         */
        post: operations["addCheckpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/peer/v1/witness/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest heads of the caller's own ledgers that this gateway has cosigned */
        get: operations["listWitnessedLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/peer/v1/witness/{log}/checkpoint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest head of one of the caller's own ledgers that this gateway has cosigned */
        get: operations["readWitnessedCheckpoint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/peer/v1/agreements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Acts in the life of agreements from another agency
         * @description NDJSON. Each line is one act, a compact JWS (EdDSA) of type `concordat-agreement+jws` over an AgreementAct. What is
         *     answered as recorded or known is durable; an act may be sent any number of times.
         */
        post: operations["receiveActs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/peer/v1/agreements/{digest}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The acts of this gateway about one revision, for a party to it */
        get: operations["readPeerAgreement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agreements": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every agreement of this agency with its revisions and where each stands */
        get: operations["listAgreements"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agreements/drafts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The drafts that are not proposed yet */
        get: operations["listDrafts"];
        /**
         * Save the draft of a revision and have it checked (author)
         * @description A draft may be saved however bad it is; the findings say what keeps it from being proposed.
         */
        put: operations["saveDraft"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agreements/proposals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Freeze a revision and propose it, signed by its author
         * @description Refused while a check says stop, or where a finding that asks is not answered. The whole check with canary and
         *     mutations runs here.
         */
        post: operations["proposeAgreement"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agreements/{digest}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One revision with its text, its signatures and what it would change */
        get: operations["readAgreement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agreements/{digest}/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve a proposed revision with the officer's own key (approver, not its author)
         * @description Every change that is looser, or cannot be compared, has to be acknowledged by its key.
         */
        post: operations["approveAgreement"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agreements/{digest}/rejection": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reject a proposed revision, with a comment for its author (approver) */
        post: operations["rejectAgreement"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agreements/{digest}/withdrawal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Withdraw a proposed revision (author of the provider) */
        post: operations["withdrawAgreement"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/suspensions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop an agreement, or some of its purposes, at once (either side alone; operator, approver or data-protection officer) */
        post: operations["suspendAgreement"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/suspensions/{id}/resumption": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Agree that a suspended agreement goes on; it does once an approver of each side has signed */
        post: operations["resumeAgreement"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/urgent-uses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Urgent uses, open ones and those under review first */
        get: operations["listUrgentUses"];
        put?: never;
        /**
         * Let a purpose be used at once, by anybody with the purpose and at any stage, for a limited time
         * @description Signed by as many persons as the purpose demands, one of the provider among them. It relaxes who and when, never the
         *     table. Both data-protection officers are told, and none may be opened again until both have reviewed it.
         */
        post: operations["openUrgentUse"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/urgent-uses/{id}/review": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Review an urgent use after its end (data-protection officer of each side) */
        post: operations["reviewUrgentUse"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/notices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What waits for somebody of this agency
         * @description Proposals to decide on, suspensions, urgent uses to know of and to review, agreements that end soon or are due for review.
         */
        get: operations["listNotices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/disclosures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was shared or received about a reference, or asked for and refused: with or from whom, by whom, why, under which agreement (auditor or data-protection officer)
         * @description LED Art. 25 and DPA 2018 s. 62. One of `reference`, `person` and `exchange` is named, or `peer` with `purpose`; the others narrow
         *     it down. Newest first. What has been erased is not found any more. The reading is in the ledger before it is answered. What was
         *     received is found by the references that it carried when it came, before it was translated; who read it here is among the answers
         *     of `/v1/records` to its exchange.
         */
        get: operations["listDisclosures"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every leaf of the ledger about a reference, a person or an exchange, with what it commits to (auditor or data-protection officer)
         * @description Named, narrowed down and recorded as for `/v1/disclosures`; readings by portals and officers' acts are among the answers.
         */
        get: operations["searchRecords"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/erasures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Erase for good what leaves commit to and what finds them: of one exchange, of all documents with a reference, or of all before a moment (data-protection officer)
         * @description The leaves stay, and their proofs hold; nobody can open or find them any more. Officers' acts are not erased so, and who
         *     has read a document only by a moment. The order is
         *     recorded first, then each part that goes.
         */
        post: operations["eraseRecords"];
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
            /** @description The version of the schema that the document was written for. Several can live at once; the agreement with the recipient names the one that counts, and a document that names another is refused. Without it, the document is judged by the one that counts. */
            version?: string;
            /** @description A document of that resource, in the schema of this agency */
            document: Record<string, never>;
            label: components["schemas"]["Label"];
            /**
             * @description ROUTINE where it is absent
             * @enum {string}
             */
            precedence?: "FLASH" | "IMMEDIATE" | "PRIORITY" | "ROUTINE";
            /** @description The exchange that this one answers; or, where it names an earlier one of this agency to the same recipient, for the same purpose and resource, the one that it corrects. The recipient's gateway deletes what has been corrected. */
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
            /** @description The items that this purpose never carries, in the words of the owner, where the agreement says that the recipient is told; it is the same for every document */
            withheld?: string[];
            /** @description Digest of the agreement it was shared under */
            agreement: string;
            /** @description The exchange that this one answers, or corrects where it came from the same agency; that one is gone. */
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
        Digest: string;
        /** @description As in the file: northshire-police.to.army-1div.public-order */
        AgreementId: string;
        /** @description One line, without characters that cannot be seen */
        Reason: string;
        /** @description The sharing policy as YAML */
        PolicySource: string;
        /** @description An officer's Ed25519 signature over a statement and its signatory (DSSE pre-authentication encoding of canonical JSON) */
        OfficerSignature: {
            party: components["schemas"]["AgencyId"];
            role: string;
            person: string;
            kid: string;
            /** @constant */
            alg: "EdDSA";
            /** Format: date-time */
            at: string;
            sig: string;
        };
        /** @description The written reason for a finding that asks */
        Answer: {
            /** @description The key of the finding */
            finding: string;
            reason: components["schemas"]["Reason"];
        };
        /** @description An answer with what it answers, in the words of the gateway that checked */
        AnsweredFinding: {
            finding: string;
            says: string;
            reason: components["schemas"]["Reason"];
        };
        /**
         * @description A revision that is nowhere looser needs no officer of the recipient
         * @enum {string}
         */
        ApprovalPath: "whole" | "tighter-only";
        ActProposed: {
            act: components["schemas"]["ExchangeId"];
            /** @constant */
            kind: "proposed";
            from: components["schemas"]["AgencyId"];
            to: components["schemas"]["AgencyId"];
            agreement: components["schemas"]["AgreementId"];
            /** Format: date-time */
            at: string;
            digest: components["schemas"]["Digest"];
            source: components["schemas"]["PolicySource"];
            /** @description What the signatures cover, as the proposing gateway computes it */
            statement: {
                [key: string]: unknown;
            };
            approval: components["schemas"]["OfficerSignature"];
            answers: components["schemas"]["AnsweredFinding"][];
        };
        /** @description A revision that came as a file with the signatures of both parties; it does not travel */
        ActAdopted: {
            act: components["schemas"]["ExchangeId"];
            /** @constant */
            kind: "adopted";
            from: components["schemas"]["AgencyId"];
            agreement: components["schemas"]["AgreementId"];
            /** Format: date-time */
            at: string;
            digest: components["schemas"]["Digest"];
            source: components["schemas"]["PolicySource"];
            approvals: components["schemas"]["OfficerSignature"][];
        };
        ActApproved: {
            act: components["schemas"]["ExchangeId"];
            /** @constant */
            kind: "approved";
            from: components["schemas"]["AgencyId"];
            to: components["schemas"]["AgencyId"];
            agreement: components["schemas"]["AgreementId"];
            /** Format: date-time */
            at: string;
            proposal: components["schemas"]["ExchangeId"];
            digest: components["schemas"]["Digest"];
            approval: components["schemas"]["OfficerSignature"];
            acknowledged: string[];
        };
        /** @description This gateway has compiled the text itself, run every worked example, and come to the same statement */
        ActVerified: {
            act: components["schemas"]["ExchangeId"];
            /** @constant */
            kind: "verified";
            from: components["schemas"]["AgencyId"];
            to: components["schemas"]["AgencyId"];
            agreement: components["schemas"]["AgreementId"];
            /** Format: date-time */
            at: string;
            proposal: components["schemas"]["ExchangeId"];
            digest: components["schemas"]["Digest"];
            statement: {
                [key: string]: unknown;
            };
            path: components["schemas"]["ApprovalPath"];
            /** @description The obligations that this gateway can carry out */
            abilities: string[];
        };
        /** @description This gateway cannot come to the same statement, or may not hold what would be shared */
        ActDeclined: {
            act: components["schemas"]["ExchangeId"];
            /** @constant */
            kind: "declined";
            from: components["schemas"]["AgencyId"];
            to: components["schemas"]["AgencyId"];
            agreement: components["schemas"]["AgreementId"];
            /** Format: date-time */
            at: string;
            proposal: components["schemas"]["ExchangeId"];
            digest: components["schemas"]["Digest"];
            problems: components["schemas"]["AgreementProblem"][];
        };
        /** @description A proposal that goes no further, with the reason that its author is told */
        ActEnded: {
            act: components["schemas"]["ExchangeId"];
            /** @enum {unknown} */
            kind: "rejected" | "withdrawn";
            from: components["schemas"]["AgencyId"];
            to: components["schemas"]["AgencyId"];
            agreement: components["schemas"]["AgreementId"];
            /** Format: date-time */
            at: string;
            proposal: components["schemas"]["ExchangeId"];
            digest: components["schemas"]["Digest"];
            person: string;
            reason: components["schemas"]["Reason"];
        };
        ActSuspended: {
            act: components["schemas"]["ExchangeId"];
            /** @constant */
            kind: "suspended";
            from: components["schemas"]["AgencyId"];
            to: components["schemas"]["AgencyId"];
            agreement: components["schemas"]["AgreementId"];
            /** Format: date-time */
            at: string;
            /** @description All purposes where it is absent */
            purposes?: components["schemas"]["Purpose"][];
            person: string;
            reason: components["schemas"]["Reason"];
        };
        ActResumed: {
            act: components["schemas"]["ExchangeId"];
            /** @constant */
            kind: "resumed";
            from: components["schemas"]["AgencyId"];
            to: components["schemas"]["AgencyId"];
            agreement: components["schemas"]["AgreementId"];
            /** Format: date-time */
            at: string;
            suspension: components["schemas"]["ExchangeId"];
            signature: components["schemas"]["OfficerSignature"];
        };
        ActUrgentOpened: {
            act: components["schemas"]["ExchangeId"];
            /** @constant */
            kind: "urgent-opened";
            from: components["schemas"]["AgencyId"];
            to: components["schemas"]["AgencyId"];
            agreement: components["schemas"]["AgreementId"];
            /** Format: date-time */
            at: string;
            statement: components["schemas"]["UrgentStatement"];
            signatures: components["schemas"]["OfficerSignature"][];
        };
        ActUrgentReviewed: {
            act: components["schemas"]["ExchangeId"];
            /** @constant */
            kind: "urgent-reviewed";
            from: components["schemas"]["AgencyId"];
            to: components["schemas"]["AgencyId"];
            agreement: components["schemas"]["AgreementId"];
            /** Format: date-time */
            at: string;
            use: components["schemas"]["ExchangeId"];
            finding: components["schemas"]["Reason"];
            signature: components["schemas"]["OfficerSignature"];
        };
        /** @description One step in the life of an agreement. The state of an agreement is worked out from its acts, alike on both sides. */
        AgreementAct: components["schemas"]["ActProposed"] | components["schemas"]["ActAdopted"] | components["schemas"]["ActApproved"] | components["schemas"]["ActVerified"] | components["schemas"]["ActDeclined"] | components["schemas"]["ActEnded"] | components["schemas"]["ActSuspended"] | components["schemas"]["ActResumed"] | components["schemas"]["ActUrgentOpened"] | components["schemas"]["ActUrgentReviewed"];
        AgreementProblem: {
            code: string;
            line: number;
            says: string;
        };
        ActResults: {
            /** @description One for each line, in order */
            results: {
                /** @enum {string} */
                outcome: "recorded" | "known" | "refused";
                code?: components["schemas"]["RefusalCode"];
            }[];
        };
        /** @description What the persons sign who open an urgent use */
        UrgentStatement: {
            /** @constant */
            type: "sharing-policy-urgent-use/1";
            policy: components["schemas"]["AgreementId"];
            digest: components["schemas"]["Digest"];
            purpose: components["schemas"]["Purpose"];
            reason: components["schemas"]["Reason"];
            nonce: components["schemas"]["ExchangeId"];
        };
        DraftInput: {
            source: components["schemas"]["PolicySource"];
        };
        DraftReport: {
            agreement?: components["schemas"]["AgreementId"];
            revision?: number;
            digest?: components["schemas"]["Digest"];
            /** @description What the author signs; absent while the text cannot be compiled */
            statement?: {
                [key: string]: unknown;
            };
            path?: components["schemas"]["ApprovalPath"];
            findings: components["schemas"]["AgreementFinding"][];
            changes: components["schemas"]["AgreementChange"][];
        };
        DraftList: {
            drafts: {
                agreement: components["schemas"]["AgreementId"];
                source: string;
                savedBy: string;
                /** Format: date-time */
                savedAt: string;
            }[];
        };
        ProposalInput: {
            source: components["schemas"]["PolicySource"];
            approval: components["schemas"]["OfficerSignature"];
            answers?: components["schemas"]["Answer"][];
        };
        ApprovalInput: {
            approval: components["schemas"]["OfficerSignature"];
            /** @description Keys of the changes */
            acknowledged?: string[];
        };
        ReasonInput: {
            reason: components["schemas"]["Reason"];
        };
        SuspensionInput: {
            agreement: components["schemas"]["AgreementId"];
            /** @description All purposes where it is absent */
            purposes?: components["schemas"]["Purpose"][];
            reason: components["schemas"]["Reason"];
        };
        SignatureInput: {
            signature: components["schemas"]["OfficerSignature"];
        };
        UrgentUseInput: {
            statement: components["schemas"]["UrgentStatement"];
            signatures: components["schemas"]["OfficerSignature"][];
        };
        ReviewInput: {
            finding: components["schemas"]["Reason"];
            signature: components["schemas"]["OfficerSignature"];
        };
        AgreementFinding: {
            /** @description What an answer names */
            key: string;
            check: number;
            /** @enum {string} */
            level: "stop" | "ask" | "note";
            line: number;
            column: number;
            row?: string;
            says: string;
            fix?: string;
        };
        AgreementChange: {
            /** @description What an acknowledgement names */
            key: string;
            /** @enum {string} */
            direction: "looser" | "not-comparable" | "tighter" | "other";
            kind: string;
            resource?: string;
            purpose?: string;
            subject: string;
            before?: string;
            after?: string;
            because?: string;
        };
        /**
         * @description proposed until the provider has approved, approved until both agencies have signed and verified, scheduled until its
         *     date. A suspended one is in force in name and lets nothing through.
         * @enum {string}
         */
        AgreementState: "proposed" | "approved" | "scheduled" | "in-force" | "suspended" | "superseded" | "expired" | "declined" | "rejected" | "withdrawn" | "lapsed" | "outdated";
        RevisionSummary: {
            digest: components["schemas"]["Digest"];
            revision: number;
            state: components["schemas"]["AgreementState"];
            /** @enum {string} */
            origin: "file" | "link";
            /** Format: date-time */
            effectiveFrom: string;
            /** Format: date-time */
            expiresAt: string;
            /** @description Who or what has still to act */
            missing: string[];
        };
        AgreementSummary: {
            agreement: components["schemas"]["AgreementId"];
            title: string;
            provider: components["schemas"]["AgencyId"];
            recipient: components["schemas"]["AgencyId"];
            revisions: components["schemas"]["RevisionSummary"][];
            suspensions: components["schemas"]["Suspension"][];
        };
        AgreementList: {
            agreements: components["schemas"]["AgreementSummary"][];
        };
        AgreementRevision: {
            agreement: components["schemas"]["AgreementId"];
            title: string;
            provider: components["schemas"]["AgencyId"];
            recipient: components["schemas"]["AgencyId"];
            summary: components["schemas"]["RevisionSummary"];
            path: components["schemas"]["ApprovalPath"];
            source: string;
            /** @description What approvals sign */
            statement: {
                [key: string]: unknown;
            };
            approvals: components["schemas"]["OfficerSignature"][];
            verifiedBy: components["schemas"]["AgencyId"][];
            /** @description Against the revision it follows */
            changes: components["schemas"]["AgreementChange"][];
            /** @description What its author has answered to the checks */
            answers: components["schemas"]["AnsweredFinding"][];
            /** @description Why a gateway declined it */
            problems?: components["schemas"]["AgreementProblem"][];
            acts: {
                kind: string;
                from: components["schemas"]["AgencyId"];
                /** Format: date-time */
                at: string;
                person?: string;
                reason?: string;
            }[];
        };
        Suspension: {
            id: components["schemas"]["ExchangeId"];
            agreement: components["schemas"]["AgreementId"];
            purposes?: components["schemas"]["Purpose"][];
            by: components["schemas"]["AgencyId"];
            /** Format: date-time */
            at: string;
            reason: string;
            lifted: boolean;
            resumedBy: components["schemas"]["AgencyId"][];
            /** @description What an approver of each side signs to resume */
            statement?: {
                [key: string]: unknown;
            };
        };
        UrgentUse: {
            id: components["schemas"]["ExchangeId"];
            agreement: components["schemas"]["AgreementId"];
            digest: components["schemas"]["Digest"];
            purpose: components["schemas"]["Purpose"];
            reason: string;
            openedBy: components["schemas"]["AgencyId"];
            /** Format: date-time */
            openedAt: string;
            /** Format: date-time */
            until: string;
            /** @enum {string} */
            state: "open" | "review-due" | "reviewed";
            reviewedBy: components["schemas"]["AgencyId"][];
        };
        UrgentUseList: {
            uses: components["schemas"]["UrgentUse"][];
        };
        Notice: {
            /** @enum {string} */
            kind: "log-conflict" | "witness-behind" | "urgent-use" | "review-urgent-use" | "suspended" | "decide-proposal" | "proposal-declined" | "review-agreement" | "agreement-ends";
            /** @description Whose turn it is */
            role: string;
            agreement?: components["schemas"]["AgreementId"];
            peer?: components["schemas"]["AgencyId"];
            digest?: components["schemas"]["Digest"];
            /** Format: date-time */
            since: string;
            says: string;
        };
        WitnessedLogs: {
            logs: {
                /** @description The name of the ledger (C2SP tlog-checkpoint) */
                origin: string;
                /** @description A signed note */
                checkpoint: string;
            }[];
        };
        Why: string;
        Disclosure: {
            /** @description The id of the leaf that records it */
            leaf: string;
            /** @description Of the leaf, counted over all ledgers of the store */
            number: number;
            exchange: components["schemas"]["ExchangeId"];
            /** Format: date-time */
            at: string;
            /**
             * @description `shared` by this agency with `to`; `received` by this agency from `from`, which keeps who was behind it
             * @enum {string}
             */
            direction: "shared" | "received";
            /**
             * @description `refused`: nothing left the provider; `declined`: the recipient's gateway said no
             * @enum {string}
             */
            outcome: "queued" | "accepted" | "declined" | "expired" | "refused" | "failed";
            /** @description The code of the refusal */
            why?: string;
            /** @description The rule that refused it */
            rule?: string;
            from: components["schemas"]["AgencyId"];
            /** @description The recipient */
            to?: string;
            system?: string;
            role?: string;
            /** @description Who disclosed it or wanted to */
            person?: string;
            /** @description What the document says it is about */
            subject?: string;
            resource?: string;
            purpose?: string;
            purposeSays?: string;
            agreement?: {
                id: string;
                revision: number;
                digest: components["schemas"]["Digest"];
                title: string;
            };
            /** @description Of the provider and of the recipient */
            legalBasis?: {
                provider?: Record<string, never>;
                recipient?: Record<string, never>;
            };
            /** @description How many items were shared, treated, withheld and dropped; of what was received, what became of them in the translation */
            fields?: {
                [key: string]: number;
            };
            /** @description What was done with each item, and by which row; where one exchange is named */
            items?: components["schemas"]["Explanation"][];
        };
        DisclosurePage: {
            disclosures: components["schemas"]["Disclosure"][];
            /** @description Cursor of the next page; absent on the last */
            next?: string;
            /** @description The leaf that records this reading */
            recordedAs: string;
        };
        RecordPage: {
            records: {
                number: number;
                /** @description As it stands in the ledger */
                leaf: Record<string, never>;
                /** @description What it commits to */
                opened: {
                    [key: string]: string;
                };
            }[];
            /** @description Cursor of the next page; absent on the last */
            next?: string;
            /** @description The leaf that records this reading */
            recordedAs: string;
        };
        ErasureInput: {
            exchange?: components["schemas"]["ExchangeId"];
            /** @description Of all documents that carry it, shared or received */
            reference?: string;
            /** Format: date-time */
            before?: string;
            why: components["schemas"]["Why"];
        } & (unknown | unknown | unknown);
        Erasure: {
            /** @description How many leaves can no longer be opened */
            erased: number;
            /** @description The leaf that records the order */
            recordedAs: string;
        };
        NoticeList: {
            notices: components["schemas"]["Notice"][];
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
        RefusalCode: "content-type-unsupported" | "body-too-large" | "json-malformed" | "json-duplicate-key" | "json-too-deep" | "request-invalid" | "header-duplicated" | "format-unavailable" | "not-found" | "idempotency-mismatch" | "cursor-expired" | "certificate-unknown" | "certificate-unfit" | "certificate-revoked" | "token-missing" | "token-invalid" | "token-expired" | "token-unbound" | "purpose-not-granted" | "recipient-unknown" | "resource-unknown" | "document-invalid" | "agreement-missing" | "agreement-not-yet-in-force" | "agreement-expired" | "agreement-suspended" | "purpose-unknown" | "role-not-allowed" | "purpose-window" | "urgent-not-allowed" | "gate-failed" | "obligation-unsupported" | "purpose-mismatch" | "batch-malformed" | "batch-signature-invalid" | "batch-wrong-sender" | "batch-wrong-recipient" | "batch-stale" | "batch-replayed" | "digest-mismatch" | "exchange-conflict" | "sequence-gap" | "exchange-expired" | "agreement-mismatch" | "beyond-agreement" | "schema-mismatch" | "mapping-missing" | "translation-blocked" | "target-invalid" | "officer-not-allowed" | "agreement-unfit" | "agreement-conflict" | "approval-invalid" | "acknowledgement-missing" | "act-out-of-turn" | "act-invalid" | "urgent-review-due" | "log-signature-invalid" | "log-inconsistent" | "log-conflict" | "witness-behind" | "store-unavailable" | "overloaded" | "fault";
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
        /** @description What the reading is for; it is committed to in the ledger and kept sealed */
        why: components["schemas"]["Why"];
        /** @description The same key with the same body gives the same answer for 24 hours */
        idempotencyKey: string;
        prefer: string;
        /** @description The compiled digest of one revision */
        agreementDigest: components["schemas"]["Digest"];
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
                    "application/geo+json": Record<string, never>;
                    "application/xml": string;
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
                    "application/geo+json": Record<string, never>;
                    "application/xml": string;
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
    addCheckpoint: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "text/plain": unknown;
            };
        };
        responses: {
            /** @description Signature lines of this witness (C2SP tlog-cosignature) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description The size that was cosigned last is another one */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/x.tlog.size": string;
                };
            };
            default: components["responses"]["problem"];
        };
    };
    listWitnessedLogs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One checkpoint for each ledger */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WitnessedLogs"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    readWitnessedCheckpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description SHA-256 of its origin, in hexadecimal */
                log: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The checkpoint with the signature of its log and of this witness */
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
    receiveActs: {
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
            /** @description What became of each act */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActResults"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    readPeerAgreement: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The compiled digest of one revision */
                digest: components["parameters"]["agreementDigest"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description NDJSON of compact JWS */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            default: components["responses"]["problem"];
        };
    };
    listAgreements: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The agreements */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgreementList"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    listDrafts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The drafts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DraftList"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    saveDraft: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DraftInput"];
            };
        };
        responses: {
            /** @description What the checks found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DraftReport"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    proposeAgreement: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProposalInput"];
            };
        };
        responses: {
            /** @description Proposed */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgreementRevision"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    readAgreement: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The compiled digest of one revision */
                digest: components["parameters"]["agreementDigest"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The revision */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgreementRevision"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    approveAgreement: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The compiled digest of one revision */
                digest: components["parameters"]["agreementDigest"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApprovalInput"];
            };
        };
        responses: {
            /** @description Recorded */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgreementRevision"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    rejectAgreement: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The compiled digest of one revision */
                digest: components["parameters"]["agreementDigest"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReasonInput"];
            };
        };
        responses: {
            /** @description Recorded */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgreementRevision"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    withdrawAgreement: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The compiled digest of one revision */
                digest: components["parameters"]["agreementDigest"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReasonInput"];
            };
        };
        responses: {
            /** @description Recorded */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgreementRevision"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    suspendAgreement: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SuspensionInput"];
            };
        };
        responses: {
            /** @description Suspended here; the peer is being told */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Suspension"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    resumeAgreement: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A UUID version 7 (RFC 9562) */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignatureInput"];
            };
        };
        responses: {
            /** @description Recorded */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Suspension"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    listUrgentUses: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The uses */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UrgentUseList"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    openUrgentUse: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UrgentUseInput"];
            };
        };
        responses: {
            /** @description Open */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UrgentUse"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    reviewUrgentUse: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A UUID version 7 (RFC 9562) */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReviewInput"];
            };
        };
        responses: {
            /** @description Recorded */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UrgentUse"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    listNotices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The notices, most pressing first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NoticeList"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    listDisclosures: {
        parameters: {
            query: {
                /** @description What the reading is for; it is committed to in the ledger and kept sealed */
                why: components["parameters"]["why"];
                /** @description Only what this agency has shared or wanted to share, or only what it has received */
                direction?: "shared" | "received";
                /** @description A reference that documents carry, such as that of an operation */
                reference?: string;
                /** @description For whom or by whom it was done */
                person?: string;
                exchange?: components["schemas"]["ExchangeId"];
                /** @description The other agency */
                peer?: components["schemas"]["AgencyId"];
                purpose?: components["schemas"]["Purpose"];
                /** @description The first instant */
                since?: string;
                /** @description The first instant that is too late */
                until?: string;
                /** @description The cursor of the page before */
                after?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
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
                    "application/json": components["schemas"]["DisclosurePage"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    searchRecords: {
        parameters: {
            query: {
                /** @description What the reading is for; it is committed to in the ledger and kept sealed */
                why: components["parameters"]["why"];
                /** @description A reference that documents carry, such as that of an operation */
                reference?: string;
                /** @description For whom or by whom it was done */
                person?: string;
                exchange?: components["schemas"]["ExchangeId"];
                /** @description The other agency */
                peer?: components["schemas"]["AgencyId"];
                purpose?: components["schemas"]["Purpose"];
                /** @description The first instant */
                since?: string;
                /** @description The first instant that is too late */
                until?: string;
                /** @description The cursor of the page before */
                after?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
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
                    "application/json": components["schemas"]["RecordPage"];
                };
            };
            default: components["responses"]["problem"];
        };
    };
    eraseRecords: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ErasureInput"];
            };
        };
        responses: {
            /** @description Erased */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Erasure"];
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
