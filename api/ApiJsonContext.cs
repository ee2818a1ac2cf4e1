using System.Text.Json;
using System.Text.Json.Serialization;
using PointsMall.Api.Catalogue;
using PointsMall.Api.Earning;
using PointsMall.Api.Health;
using PointsMall.Api.Ledger;
using PointsMall.Api.Members;
using PointsMall.Api.Orders;
using PointsMall.Api.Programme;
using PointsMall.Api.Reports;
using PointsMall.Api.Requests;
using PointsMall.Api.Verification;

namespace PointsMall.Api;

/// <summary>Every type that crosses the wire, so that nothing is serialized by reflection. Options come from <see cref="ApiJson"/>.</summary>
[JsonSerializable(typeof(RedemptionRequest))]
[JsonSerializable(typeof(CancelRequest))]
[JsonSerializable(typeof(OrderAnswer))]
[JsonSerializable(typeof(OrderAndBalanceAnswer))]
[JsonSerializable(typeof(Page<OrderAnswer>), TypeInfoPropertyName = "OrderPage")]
[JsonSerializable(typeof(MeAnswer))]
[JsonSerializable(typeof(BalanceAnswer))]
[JsonSerializable(typeof(Page<EntryAnswer>), TypeInfoPropertyName = "EntryPage")]
[JsonSerializable(typeof(RegisterMemberRequest))]
[JsonSerializable(typeof(MemberAnswer))]
[JsonSerializable(typeof(GrantRequest))]
[JsonSerializable(typeof(DeductionRequest))]
[JsonSerializable(typeof(EntryAndBalanceAnswer))]
[JsonSerializable(typeof(AdjustmentRequest))]
[JsonSerializable(typeof(ApprovalAnswer))]
[JsonSerializable(typeof(AdjustmentAnswer))]
[JsonSerializable(typeof(DecisionRequest))]
[JsonSerializable(typeof(Page<ApprovalAnswer>), TypeInfoPropertyName = "ApprovalPage")]
[JsonSerializable(typeof(HoldRequest))]
[JsonSerializable(typeof(CaptureRequest))]
[JsonSerializable(typeof(ReleaseRequest))]
[JsonSerializable(typeof(HoldAnswer))]
[JsonSerializable(typeof(HoldAndBalanceAnswer))]
[JsonSerializable(typeof(Page<HoldAnswer>), TypeInfoPropertyName = "HoldPage")]
[JsonSerializable(typeof(BulkGrantRequest))]
[JsonSerializable(typeof(IReadOnlyList<BulkGrantRequest>), TypeInfoPropertyName = "BulkGrantRows")]
[JsonSerializable(typeof(BulkAnswer))]
[JsonSerializable(typeof(Page<ProductAnswer>), TypeInfoPropertyName = "ProductPage")]
[JsonSerializable(typeof(ProductDetailAnswer))]
[JsonSerializable(typeof(ProductRequest))]
[JsonSerializable(typeof(SkuRequest))]
[JsonSerializable(typeof(SkuAnswer))]
[JsonSerializable(typeof(ListingRequest))]
[JsonSerializable(typeof(StockMovementRequest))]
[JsonSerializable(typeof(StockMovementAnswer))]
[JsonSerializable(typeof(StockAnswer))]
[JsonSerializable(typeof(ExplainedEntryAnswer))]
[JsonSerializable(typeof(EntryRecordAnswer))]
[JsonSerializable(typeof(ProofHead))]
[JsonSerializable(typeof(ProofEntry))]
[JsonSerializable(typeof(ProofCheckpoint))]
[JsonSerializable(typeof(ProofEnd))]
[JsonSerializable(typeof(Page<CheckpointAnswer>), TypeInfoPropertyName = "CheckpointPage")]
[JsonSerializable(typeof(LedgerKeysAnswer))]
[JsonSerializable(typeof(LiabilityAnswer))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(SaleRequest))]
[JsonSerializable(typeof(VerificationAnswer))]
[JsonSerializable(typeof(ProgrammeBody))]
[JsonSerializable(typeof(RulebookDraftAnswer))]
[JsonSerializable(typeof(RulebookValidityAnswer))]
[JsonSerializable(typeof(PublishRulebookRequest))]
[JsonSerializable(typeof(RetireRulebookRequest))]
[JsonSerializable(typeof(RulebookVersionAnswer))]
[JsonSerializable(
    typeof(Page<RulebookVersionAnswer>),
    TypeInfoPropertyName = "RulebookVersionPage"
)]
[JsonSerializable(typeof(RulebookVersionDetailAnswer))]
[JsonSerializable(typeof(RulebookDiffAnswer))]
[JsonSerializable(typeof(RulebookFile))]
[JsonSerializable(typeof(RulebookImportAnswer))]
[JsonSerializable(
    typeof(IReadOnlyDictionary<string, JsonElement>),
    TypeInfoPropertyName = "RulebookDocument"
)]
[JsonSerializable(typeof(EarningEventRequest))]
[JsonSerializable(typeof(EventRequest))]
[JsonSerializable(typeof(EventAnswer))]
[JsonSerializable(typeof(EventsAnswer))]
[JsonSerializable(typeof(CheckInAnswer))]
[JsonSerializable(typeof(ExtensionRequest))]
[JsonSerializable(typeof(MemberStatusRequest))]
[JsonSerializable(typeof(MemberStatusAnswer))]
[JsonSerializable(typeof(CheckInsAnswer))]
[JsonSerializable(typeof(EarningPreviewAnswer))]
[JsonSerializable(typeof(RulebookPreviewAnswer))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class ApiJsonContext : JsonSerializerContext;
