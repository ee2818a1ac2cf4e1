using System.Globalization;
using PointsMall.Api.Requests;
using PointsMall.GrainInterfaces.Programme;

namespace PointsMall.Api.Ledger.Explanations;

/// <summary>The language of an explanation: Chinese for whoever prefers it, English for everybody else. Times are the programme's.</summary>
internal sealed class Words
{
    private static readonly string[] Offered = ["en", "zh"];
    private readonly bool _chinese;
    private readonly TimeZoneInfo _zone;

    private Words(bool chinese, TimeZoneInfo zone) => (_chinese, _zone) = (chinese, zone);

    /// <summary>BCP 47.</summary>
    public string Language => _chinese ? "zh" : "en";

    public static Words For(HttpRequest request, ProgrammeSettings programme)
    {
        var language =
            Languages.Of(request).Choose(Offered, programme.DefaultLanguage)
            ?? programme.DefaultLanguage;
        return new Words(
            language.StartsWith("zh", StringComparison.OrdinalIgnoreCase),
            TimeZoneInfo.FindSystemTimeZoneById(programme.Zone)
        );
    }

    /// <summary>The one of two texts that is in this language.</summary>
    public string Say(string english, string chinese) => _chinese ? chinese : english;

    /// <summary>A number of points, always above 0.</summary>
    public string Points(long points)
    {
        var number = Math.Abs(points).ToString("N0", CultureInfo.InvariantCulture);
        return _chinese ? $"{number} 积分"
            : number == "1" ? "1 point"
            : $"{number} points";
    }

    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public string At(DateTimeOffset instant)
    {
        var local = TimeZoneInfo.ConvertTime(instant, _zone);
        return local.ToString(
            Say("d MMMM yyyy, HH:mm", "yyyy年M月d日 HH:mm"),
            CultureInfo.InvariantCulture
        );
    }

    /// <summary>Until when points can be spent.</summary>
    public string Expiry(DateTimeOffset? expiresAt) =>
        expiresAt is { } at
            ? Say($"expire on {At(at)}", $"于 {At(at)} 过期")
            : Say("never expire", "永不过期");

    public void WriteTo(HttpResponse response)
    {
        response.Headers.Vary = "Accept-Language, Authorization";
        response.Headers.ContentLanguage = Language;
    }
}
