namespace PointsMall.LoadTests.Bench;

/// <summary>Somebody with a token.</summary>
public interface ICaller
{
    /// <summary>Whose idempotency keys they are, as <c>command.principal</c> has it.</summary>
    string Principal { get; }

    /// <summary>For the header <c>Authorization: Bearer</c>.</summary>
    string Token { get; }
}

/// <summary>A member who calls.</summary>
/// <param name="number">The place in <see cref="Stage.Shoppers"/>.</param>
/// <param name="memberId">The member.</param>
/// <param name="sign">Makes the token when it is first needed.</param>
public sealed class Shopper(int number, Guid memberId, Func<Guid, string> sign) : ICaller
{
    private string? _token;

    public int Number => number;
    public Guid MemberId => memberId;
    public string Principal => "member";
    public string Token => _token ??= sign(memberId);
}

/// <summary>Staff or a partner.</summary>
/// <param name="Subject">The token's subject.</param>
/// <param name="Token">The token.</param>
public sealed record Colleague(string Subject, string Token) : ICaller
{
    public string Principal => "staff:" + Subject;
}
