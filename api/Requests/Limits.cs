namespace PointsMall.Api.Requests;

/// <summary>Bounds of what a request may carry. Lengths are in Unicode characters.</summary>
internal static class Limits
{
    public const int BodyBytes = 64 * 1024;
    public const int BulkBodyBytes = 2 * 1024 * 1024;
    public const int BulkRows = 1_000;
    public const int JsonDepth = 8;

    /// <summary>A rulebook of 256 KiB and the file around it.</summary>
    public const int RulebookBodyBytes = 260 * 1024;
    public const int RulebookJsonDepth = 33;
    public const int PageSize = 20;
    public const int MaxPageSize = 100;

    public const long Points = 1_000_000_000_000_000;
    public const long PointsEach = 1_000_000_000_000;
    public const long StockMovement = 1_000_000_000;

    public const int Items = 20;
    public const int Quantity = 1_000;
    public const int Note = 500;
    public const int Reason = 500;
    public const int Source = 40;

    public const int DisplayName = 100;
    public const int ExternalId = 200;
    public const int Email = 254;
    public const int Phone = 16;

    public const int Name = 200;
    public const int Summary = 500;
    public const int Description = 10_000;
    public const int Category = 60;
    public const int SkuCode = 60;
    public const int Url = 2_000;
    public const int Images = 20;
    public const int Badges = 10;
    public const int Badge = 40;
    public const int Translations = 20;
    public const int Search = 100;
    public const int LanguageTag = 35;
    public const int Zone = 60;
    public const int IdempotencyKey = 255;
    public const int EventId = 100;
    public const int Attribute = 200;
    public const int PurchaseLines = 200;
}
