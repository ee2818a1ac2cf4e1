using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using PointsMall.Api.Problems;
using PointsMall.Api.Requests;
using PointsMall.GrainInterfaces.Earning;

namespace PointsMall.Api.Earning;

[Description("Something wrong with a rulebook.")]
internal sealed record RulebookErrorAnswer
{
    [Description(
        "RFC 6901 pointer to the field, as `/rules/0/reward/points`; empty for the whole document."
    )]
    public required string Path { get; init; }

    [Description("What is wrong with it, and what is allowed.")]
    public required string Detail { get; init; }

    public static IReadOnlyList<RulebookErrorAnswer> Of(IEnumerable<RulebookError> errors) =>
        [
            .. errors.Select(error => new RulebookErrorAnswer
            {
                Path = error.Path,
                Detail = error.Detail,
            }),
        ];
}

[Description("What is wrong with a rulebook.")]
internal sealed record RulebookValidityAnswer
{
    [Description("It could be published.")]
    public required bool Valid { get; init; }

    [Description("What is wrong; at most 100 things.")]
    public required IReadOnlyList<RulebookErrorAnswer> Errors { get; init; }
}

[Description("The rulebook in the making.")]
internal sealed record RulebookDraftAnswer
{
    [Description("Goes up by one with every change; a change names the revision that it replaces.")]
    public required long Revision { get; init; }

    [Description("The rulebook, as docs/rules.md describes it.")]
    public required JsonElement Rulebook { get; init; }

    [Description("What is wrong with it; a draft is published only without.")]
    public required IReadOnlyList<RulebookErrorAnswer> Errors { get; init; }

    public static RulebookDraftAnswer Of(RulebookDraft draft, IEnumerable<RulebookError> errors) =>
        new()
        {
            Revision = draft.Revision,
            Rulebook = RulebookJson.ToElement(draft.Document),
            Errors = RulebookErrorAnswer.Of(errors),
        };
}

[Description("A draft to publish.")]
internal sealed record PublishRulebookRequest
{
    [Description("The draft that is meant.")]
    [Required, Range(1, Limits.Points)]
    public long? DraftRevision { get; init; }

    [Description("When it comes into force, not in the past; at once when missing or null.")]
    public DateTimeOffset? Start { get; init; }

    [Description("What it is for.")]
    [MaxLength(Limits.Note)]
    public string? Note { get; init; }

    /// <exception cref="ProblemException">A field is wrong.</exception>
    public PublishRulebookRequest Checked()
    {
        var errors = new FieldErrors();
        var result = new PublishRulebookRequest
        {
            DraftRevision = errors.RequiredNumber("draftRevision", DraftRevision, 1, Limits.Points),
            Start = Start,
            Note = errors.Text("note", Note, Limits.Note),
        };
        errors.ThrowIfAny();
        return result;
    }
}

[Description("When to retire a version.")]
internal sealed record RetireRulebookRequest
{
    [Description(
        "The first instant at which it is no longer in force, not in the past; at once when missing or null."
    )]
    public DateTimeOffset? At { get; init; }
}

[Description("A published version. Nothing of it changes but its retirement.")]
internal record RulebookVersionAnswer
{
    [Description("The version's number; entries name it.")]
    public required long Version { get; init; }

    [Description("It is in force now.")]
    public required bool InForce { get; init; }

    [Description("The first instant at which it is in force, until a version with a later start.")]
    public required DateTimeOffset Start { get; init; }

    [Description("The first instant at which it no longer is; null unless it was retired.")]
    public required DateTimeOffset? RetiredAt { get; init; }

    [Description("When it was published.")]
    public required DateTimeOffset PublishedAt { get; init; }

    [Description("Who published it.")]
    public required string PublishedBy { get; init; }

    [Description("What it is for.")]
    public required string? Note { get; init; }

    [Description("The number of its rules.")]
    public required int Rules { get; init; }

    [Description("SHA-256 of its document, in hexadecimal.")]
    public required string Sha256 { get; init; }

    /// <param name="version">The version.</param>
    /// <param name="index">All versions, or null when this one is not in force for sure.</param>
    /// <param name="now">The API's clock.</param>
    public static RulebookVersionAnswer Of(
        RulebookVersion version,
        RulebookIndex? index,
        DateTimeOffset now
    ) =>
        new()
        {
            Version = version.Version,
            InForce = index?.InForce(now)?.Version == version.Version,
            Start = version.Start,
            RetiredAt = version.RetiredAt,
            PublishedAt = version.PublishedAt,
            PublishedBy = version.PublishedBy,
            Note = version.Note,
            Rules = version.Rules,
            Sha256 = version.Sha256,
        };
}

[Description("A version with its rules.")]
internal sealed record RulebookVersionDetailAnswer
{
    [Description("The version.")]
    public required RulebookVersionAnswer Version { get; init; }

    [Description("The rulebook, as docs/rules.md describes it.")]
    public required JsonElement Rulebook { get; init; }
}

[Description("A version as a file for another mall, or for keeping.")]
internal sealed record RulebookFile
{
    [Description("What the file is: `points-mall-rulebook/1`.")]
    public required string Format { get; init; }

    [Description("The version's number where it was exported; an import gives its own.")]
    public required long Version { get; init; }

    [Description("When it came into force there.")]
    public required DateTimeOffset Start { get; init; }

    [Description("What it is for.")]
    public required string? Note { get; init; }

    [Description("SHA-256 of the rulebook's canonical form, in hexadecimal.")]
    public required string Sha256 { get; init; }

    [Description("The rulebook, as docs/rules.md describes it.")]
    public required JsonElement Rulebook { get; init; }
}

[Description("A place in which two rulebooks differ.")]
internal sealed record RulebookChangeAnswer
{
    [Description("The place; rules, caps and groups go by their ids: `/rules/welcome/reward`.")]
    public required string Path { get; init; }

    [Description("What was there; null when nothing was.")]
    public required JsonElement? Before { get; init; }

    [Description("What is there; null when nothing is.")]
    public required JsonElement? After { get; init; }

    public static IReadOnlyList<RulebookChangeAnswer> Of(IEnumerable<RulebookChange> changes) =>
        [
            .. changes.Select(change => new RulebookChangeAnswer
            {
                Path = change.Path,
                Before = change.Before is { } before ? RulebookJson.ToElement(before) : null,
                After = change.After is { } after ? RulebookJson.ToElement(after) : null,
            }),
        ];
}

[Description("How two rulebooks differ.")]
internal sealed record RulebookDiffAnswer
{
    [Description("Every place in which they differ.")]
    public required IReadOnlyList<RulebookChangeAnswer> Changes { get; init; }
}

[Description("What an import does or would do.")]
internal sealed record RulebookImportAnswer
{
    [Description("`publish` for a new version, `none` when the last version is the same already.")]
    [AllowedValues("publish", "none")]
    public required string Action { get; init; }

    [Description("Nothing was changed: it was a plan.")]
    public required bool Planned { get; init; }

    [Description("The version that the file is; null in the plan of a new one.")]
    public required RulebookVersionAnswer? Version { get; init; }

    [Description("How the file differs from the last version.")]
    public required IReadOnlyList<RulebookChangeAnswer> Changes { get; init; }
}
