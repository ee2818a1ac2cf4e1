using PointsMall.Api.Authentication;

namespace PointsMall.Api.Development;

/// <summary>
/// <c>token keys FOLDER</c> makes a key pair; <c>token member ID...</c> and <c>token staff [--permissions a,b]</c> print tokens, one a line, in
/// the order asked.
/// </summary>
internal static class TokenCommand
{
    private const string Usage = """
        token member MEMBER_ID...
        token staff [--permissions a,b]
        token keys FOLDER
        """;

    /// <param name="args">What follows the word <c>token</c>.</param>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> Run(string[] args)
    {
        try
        {
            return args switch
            {
                ["keys", var folder] => CreateKeys(folder),
                ["member", _, ..] => await PrintMembers(args[1..]),
                ["staff"] => await PrintStaff(Permissions.All),
                ["staff", "--permissions", var list] => await PrintStaff(Parse(list)),
                ["staff", var option]
                    when option.StartsWith("--permissions=", StringComparison.Ordinal) =>
                    await PrintStaff(Parse(option["--permissions=".Length..])),
                _ => throw new DevelopmentCommandException(Usage),
            };
        }
        catch (DevelopmentCommandException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    private static int CreateKeys(string folder)
    {
        DevelopmentTokens.CreateKeys(folder);
        return 0;
    }

    private static async Task<int> PrintMembers(string[] ids)
    {
        // All ids are checked before the first token is printed: a list of tokens is whole or absent.
        var members = Array.ConvertAll(
            ids,
            id =>
                Guid.TryParseExact(id, "D", out var member)
                    ? member
                    : throw new DevelopmentCommandException($"{id} is not a member's id")
        );
        using var tokens = DevelopmentTokens.FromEnvironment();
        await Console.Out.WriteAsync(
            string.Concat(members.Select(member => tokens.Member(member) + '\n'))
        );
        return 0;
    }

    private static async Task<int> PrintStaff(IReadOnlyCollection<string> permissions)
    {
        using var tokens = DevelopmentTokens.FromEnvironment();
        await Console.Out.WriteLineAsync(tokens.Staff(permissions));
        return 0;
    }

    private static string[] Parse(string list)
    {
        var permissions = list.Split(
            ',',
            StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries
        );
        return
            permissions.Except(Permissions.All, StringComparer.Ordinal).FirstOrDefault()
                is { } unknown
            ? throw new DevelopmentCommandException(
                $"there is no permission {unknown}; these exist: {string.Join(", ", Permissions.All)}"
            )
            : permissions;
    }
}
