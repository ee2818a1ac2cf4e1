using System.Text.RegularExpressions;

namespace PointsMall.Grains.Members;

/// <summary>What a member may be registered with. Fields are named as the HTTP body names them.</summary>
public static partial class RegistrationRules
{
    private const int MaxExternalId = 200;
    private const int MaxDisplayName = 100;
    private const int MaxEmail = 254;

    /// <summary>Why not, or null.</summary>
    public static Refusal? Check(RegisterMemberCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.ExternalId is { } externalId && !Texts.Fits(externalId, 1, MaxExternalId))
        {
            return Refusal.Invalid("externalId", $"1 to {MaxExternalId} characters");
        }
        if (!Texts.Fits(command.DisplayName, 1, MaxDisplayName))
        {
            return Refusal.Invalid("displayName", $"1 to {MaxDisplayName} characters");
        }
        if (command.Email is { } email && !Texts.Fits(email, 1, MaxEmail))
        {
            return Refusal.Invalid("email", $"1 to {MaxEmail} characters");
        }
        return command.Phone is { } phone && !E164().IsMatch(phone)
            ? Refusal.Invalid("phone", "E.164, as +8613800138000")
            : null;
    }

    [GeneratedRegex(
        @"\A\+[1-9][0-9]{1,14}\z",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 100
    )]
    private static partial Regex E164();
}
