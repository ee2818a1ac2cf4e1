using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;
using PointsMall.GrainInterfaces.Earning;

namespace PointsMall.Api.Earning;

[Description("Something that a member did.")]
internal sealed record EventRequest : EventFields
{
    public const string Operation = "earn";

    [Description("Whose event; this or `externalMemberId`.")]
    public Guid? MemberId { get; init; }

    [Description("Whose event, by your own id of the member.")]
    [MaxLength(Limits.ExternalId)]
    public string? ExternalMemberId { get; init; }

    [Description(
        "With `purchase_refunded` and `purchase_delivered`: your own id of the order, as its `purchase_paid` had it."
    )]
    [MaxLength(Limits.EventId)]
    public string? OrderId { get; init; }

    [Description(
        "With `purchase_refunded`: what is given back; all that is left of the order when missing or null."
    )]
    public RefundRequest? Refund { get; init; }

    /// <summary>The event. What is in bounds and what fits together is checked by the silos.</summary>
    /// <exception cref="ProblemException">A field is wrong.</exception>
    public EarningEvent Checked(DateTimeOffset now)
    {
        var errors = new FieldErrors();
        if (MemberId is null == ExternalMemberId is null)
        {
            errors.Add("memberId", "or externalMemberId is needed, one of the two");
        }
        if (ExternalMemberId is not null)
        {
            errors.Text("externalMemberId", ExternalMemberId, Limits.ExternalId);
        }
        var e = ToEvent(now, errors) with
        {
            OrderId = errors.Text("orderId", OrderId, Limits.EventId),
            Refund = Refund?.ToRefund(errors),
        };
        errors.ThrowIfAny();
        return e;
    }
}

[Description("What of a purchase is given back: lines, or an amount of the whole order.")]
internal sealed record RefundRequest
{
    [Description("Lines, each once.")]
    [MaxLength(Limits.PurchaseLines)]
    public IReadOnlyList<RefundedLineRequest>? Lines { get; init; }

    [Description(
        "Minor units of the order, spread over what is left of its lines; this or `lines`."
    )]
    [Range(1, Limits.Points)]
    public long? Amount { get; init; }

    public PurchaseRefund ToRefund(FieldErrors errors)
    {
        var lines = Lines ?? [];
        if (lines.Count > Limits.PurchaseLines || lines.Any(line => line is null))
        {
            errors.Add("refund.lines", $"must be at most {Limits.PurchaseLines} lines");
            lines = [];
        }
        return new PurchaseRefund
        {
            Lines =
            [
                .. lines.Select(
                    (line, i) =>
                        new RefundedLine
                        {
                            LineId = errors.RequiredText(
                                $"refund.lines[{i}].lineId",
                                line.LineId,
                                Limits.EventId
                            ),
                            Quantity = line.Quantity,
                            Amount = line.Amount,
                        }
                ),
            ],
            Amount = Amount,
        };
    }
}

[Description("A part of one line that is given back.")]
internal sealed record RefundedLineRequest
{
    [Description("The line's id in the purchase.")]
    [Required, MaxLength(Limits.EventId)]
    public string? LineId { get; init; }

    [Description("How many; this or `amount`.")]
    [Range(1, 1_000_000)]
    public int? Quantity { get; init; }

    [Description(
        "Minor units, of what the line came to after the order's discount; this or `quantity`."
    )]
    [Range(1, Limits.Points)]
    public long? Amount { get; init; }
}
