using System.Reflection;

namespace PointsMall.Api.Problems;

/// <summary>Every error that the API answers with. docs/errors.md is this table in prose; a test compares the two.</summary>
internal static class Errors
{
    public static readonly ErrorKind InvalidRequest = new(
        "invalid_request",
        400,
        "The request is malformed or a field has a value that is not allowed",
        "Correct what `errors` names and send the request again."
    );

    public static readonly ErrorKind IdempotencyKeyMissing = new(
        "idempotency_key_missing",
        400,
        "The request moves points or stock and has no Idempotency-Key",
        "Send an Idempotency-Key header of 1 to 255 printable ASCII characters: a new one for each new command, the same one for each retry."
    );

    public static readonly ErrorKind Unauthenticated = new(
        "unauthenticated",
        401,
        "The request has no valid token",
        "Send a current token as `Authorization: Bearer <token>`."
    );

    public static readonly ErrorKind Forbidden = new(
        "forbidden",
        403,
        "The token does not allow this",
        "Use a token that has the permission named in `permission`; `member` means a member's own token."
    );

    public static readonly ErrorKind NotFound = new(
        "not_found",
        404,
        "There is nothing at this address",
        "Check the path against the API's description at /openapi/v1.json."
    );

    public static readonly ErrorKind MemberNotFound = new(
        "member_not_found",
        404,
        "There is no such member",
        "Check the member's id; a member is registered with POST /v1/members."
    );

    public static readonly ErrorKind ProductNotFound = new(
        "product_not_found",
        404,
        "There is no such product",
        "Check the product's id; delisted products are not shown."
    );

    public static readonly ErrorKind SkuNotFound = new(
        "sku_not_found",
        404,
        "There is no such SKU",
        "Check the SKU's id."
    );

    public static readonly ErrorKind OrderNotFound = new(
        "order_not_found",
        404,
        "This member has no such order",
        "Check the order's id."
    );

    public static readonly ErrorKind HoldNotFound = new(
        "hold_not_found",
        404,
        "This member has no such hold",
        "Check the hold's id."
    );

    public static readonly ErrorKind ApprovalNotFound = new(
        "approval_not_found",
        404,
        "There is no such approval",
        "Check the approval's id; GET /v1/approvals lists them."
    );

    public static readonly ErrorKind EntryNotFound = new(
        "entry_not_found",
        404,
        "This member has no such ledger entry",
        "Check the entry's id; lists of the ledger name it `entryId`."
    );

    public static readonly ErrorKind RulebookVersionNotFound = new(
        "rulebook_version_not_found",
        404,
        "There is no such version of the rulebook",
        "Check the version's number against GET /v1/rulebook/versions."
    );

    public static readonly ErrorKind MethodNotAllowed = new(
        "method_not_allowed",
        405,
        "The address does not take this method",
        "Use a method that the Allow header names."
    );

    public static readonly ErrorKind OrderNotCancellable = new(
        "order_not_cancellable",
        409,
        "The order's status no longer allows a cancel",
        "Nothing was changed; `orderStatus` is where the order stands."
    );

    public static readonly ErrorKind HoldNotOpen = new(
        "hold_not_open",
        409,
        "The hold was captured or released, or its time ran out",
        "Nothing was changed; `holdStatus` is what became of it. Place a new hold if the points are still needed."
    );

    public static readonly ErrorKind ApprovalDecided = new(
        "approval_decided",
        409,
        "Somebody has approved or declined this already",
        "Nothing was changed; GET /v1/approvals says who decided and when."
    );

    public static readonly ErrorKind SkuCodeTaken = new(
        "sku_code_taken",
        409,
        "Another SKU of the product has this code",
        "Choose another code."
    );

    public static readonly ErrorKind VersionConflict = new(
        "version_conflict",
        409,
        "Somebody else changed this since the version that the request names",
        "Read it again, apply the change to what is there now, and send that version."
    );

    public static readonly ErrorKind RequestTooLarge = new(
        "request_too_large",
        413,
        "The body is larger than this address takes",
        "Send at most 64 KB; a rulebook may have 256 KB, a bulk call 2 MB and 1,000 rows."
    );

    public static readonly ErrorKind UnsupportedMediaType = new(
        "unsupported_media_type",
        415,
        "The body's Content-Type is not taken here",
        "Send application/json; bulk calls also take application/x-ndjson."
    );

    public static readonly ErrorKind RulebookInvalid = new(
        "rulebook_invalid",
        422,
        "The rulebook has errors",
        "Nothing was changed; correct what `errors` names by its path."
    );

    public static readonly ErrorKind InsufficientPoints = new(
        "insufficient_points",
        422,
        "The member has fewer points available than this needs",
        "Nothing was changed; `required` and `available` say what is missing."
    );

    public static readonly ErrorKind OutOfStock = new(
        "out_of_stock",
        422,
        "Less stock is left than asked for",
        "Nothing was changed; `available` is what is left of `skuId`."
    );

    public static readonly ErrorKind LimitReached = new(
        "limit_reached",
        422,
        "The member's limit on this SKU would be passed",
        "Nothing was changed; `redeemed` of `limit` units are used in the `window`."
    );

    public static readonly ErrorKind NotStarted = new(
        "not_started",
        422,
        "The offer has not begun",
        "Try again at `startsAt`; `secondsLeft` counts from `serverTime`."
    );

    public static readonly ErrorKind Ended = new(
        "ended",
        422,
        "The offer is over",
        "Nothing was changed; choose another product."
    );

    public static readonly ErrorKind NotAvailable = new(
        "not_available",
        422,
        "The product is not offered now",
        "Nothing was changed; choose another product."
    );

    public static readonly ErrorKind QuantityNotAllowed = new(
        "quantity_not_allowed",
        422,
        "The quantity passes the per-order limit or is no multiple of what the offer demands",
        "Choose a quantity that the product's `perOrderLimit` and `multipleOf` allow."
    );

    public static readonly ErrorKind StockWouldBeNegative = new(
        "stock_would_be_negative",
        422,
        "The movement would leave less than nothing in stock",
        "Nothing was changed; take at most `available` units."
    );

    public static readonly ErrorKind TooManyLots = new(
        "too_many_lots",
        422,
        "The account holds as many lots of points as one account may",
        "Grant points with a source and expiry day that the account has already, or wait until lots are spent or expire."
    );

    public static readonly ErrorKind TooManyHolds = new(
        "too_many_holds",
        422,
        "The member has as many open holds as one member may",
        "Capture or release some of the 100, or wait until they end."
    );

    public static readonly ErrorKind SecondPersonRequired = new(
        "second_person_required",
        422,
        "Who asked for an adjustment can't decide on it",
        "Nothing was changed; let somebody else approve or decline it."
    );

    public static readonly ErrorKind MemberDeactivated = new(
        "member_deactivated",
        409,
        "The member is deactivated and can neither earn nor spend",
        "Nothing was changed; staff can activate the member again."
    );

    public static readonly ErrorKind NothingToExtend = new(
        "nothing_to_extend",
        422,
        "No spendable points of the member expire in that time",
        "Nothing was changed; look at the balance's expiringSoon, and name a later time."
    );

    public static readonly ErrorKind EventIdReused = new(
        "event_id_reused",
        422,
        "You have sent an event of this id for another member",
        "Nothing was changed; give each event an id of its own."
    );

    public static readonly ErrorKind PurchaseOfAnotherMember = new(
        "purchase_of_another_member",
        422,
        "Your purchase of this order id belongs to another member",
        "Nothing was changed; check the member and the order id."
    );

    public static readonly ErrorKind IdempotencyKeyReused = new(
        "idempotency_key_reused",
        422,
        "The Idempotency-Key belongs to an earlier command with another content",
        "Use a new key for a new command; repeat a command with exactly the fields that were sent first."
    );

    public static readonly ErrorKind RateLimited = new(
        "rate_limited",
        429,
        "Too many requests from this caller",
        "Wait `retryAfterSeconds`, then go on more slowly; the RateLimit headers say how much is left."
    );

    public static readonly ErrorKind Overloaded = new(
        "overloaded",
        429,
        "The mall has more work than it can finish in time",
        "Nothing was changed; send the request again with the same Idempotency-Key after `retryAfterSeconds`."
    );

    public static readonly ErrorKind InternalError = new(
        "internal_error",
        500,
        "The mall made a mistake",
        "Send the request again with the same Idempotency-Key; if it fails again, report the `traceId`."
    );

    public static readonly ErrorKind OutcomeUnknown = new(
        "outcome_unknown",
        503,
        "Whether the command was carried out is not known yet",
        "Send the same request with the same Idempotency-Key after `retryAfterSeconds`: it answers with what became of the first."
    );

    public static readonly ErrorKind Unavailable = new(
        "unavailable",
        503,
        "The mall can't serve this now",
        "Nothing was changed; send the request again with the same Idempotency-Key after `retryAfterSeconds`."
    );

    public static readonly IReadOnlyList<ErrorKind> All =
    [
        .. typeof(Errors)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.FieldType == typeof(ErrorKind))
            .Select(field => (ErrorKind)field.GetValue(null)!),
    ];
}
