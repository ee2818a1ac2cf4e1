using NodaTime;
using NodaTime.Text;

namespace PointsMall.Grains.Earning;

/// <summary>What conditions see: one event of one member, at the time that the programme's clocks showed.</summary>
public sealed class Scene(EarningEvent e, MemberFacts member, Calendar calendar)
{
    private static readonly LocalDatePattern Dates = LocalDatePattern.Iso;
    private static readonly LocalTimePattern Times = LocalTimePattern.CreateWithInvariantCulture(
        "HH:mm:ss"
    );

    public EarningEvent Event { get; } = e;
    public MemberFacts Member { get; } = member;
    public Calendar Calendar { get; } = calendar;
    public LocalDateTime Local { get; } = calendar.LocalOf(e.OccurredAt);

    /// <summary>A date as tests compare it.</summary>
    public static string TextOf(LocalDate date) => Dates.Format(date);

    /// <summary>A time of day as tests compare it.</summary>
    public static string TextOf(LocalTime time) => Times.Format(time);

    /// <summary>A weekday as rules name it.</summary>
    public static string TextOf(IsoDayOfWeek day) =>
        day switch
        {
            IsoDayOfWeek.Monday => "monday",
            IsoDayOfWeek.Tuesday => "tuesday",
            IsoDayOfWeek.Wednesday => "wednesday",
            IsoDayOfWeek.Thursday => "thursday",
            IsoDayOfWeek.Friday => "friday",
            IsoDayOfWeek.Saturday => "saturday",
            IsoDayOfWeek.Sunday => "sunday",
            _ => throw new ArgumentOutOfRangeException(nameof(day), day, message: null),
        };

    /// <summary>The one value that a test asks about, or null when it is not there.</summary>
    internal Scalar? Find(FactTest test, PurchaseLine? line) =>
        test.Fact switch
        {
            FactName.Channel => Text(Event.Channel),
            FactName.Store => Text(Event.Store),
            FactName.Attribute => FindAttribute(test.Attribute!),
            FactName.PurchaseAmount => Number(PurchaseBase.NetOf(Event.Purchase)),
            FactName.PurchaseItems => Number(Event.Purchase?.Lines.Sum(l => (long)l.Quantity)),
            FactName.Currency => Text(Event.Purchase?.Currency),
            FactName.LineSku => Text(line?.Sku),
            FactName.LineCategory => Text(line?.Category),
            FactName.LineQuantity => Number(line?.Quantity),
            FactName.LineAmount => Number(line?.Amount),
            FactName.Tier => Text(Member.Tier),
            FactName.RegisteredDays => Number(RegisteredDays()),
            FactName.IsBirthday => Birthday() is { } day ? Flag(IsOn(day)) : null,
            FactName.IsBirthMonth => Birthday() is { } day ? Flag(day.Month == Local.Month) : null,
            FactName.Date => Text(TextOf(Local.Date)),
            FactName.OfDay => Text(TextOf(Local.TimeOfDay)),
            FactName.Weekday => Text(TextOf(Local.DayOfWeek)),
            FactName.DayOfMonth => Number(Local.Day),
            FactName.Month => Number(Local.Month),
            _ => throw new ArgumentOutOfRangeException(nameof(test), test.Fact, message: null),
        };

    private Scalar? FindAttribute(string name)
    {
        foreach (var attribute in Event.Attributes)
        {
            if (attribute.Name == name)
            {
                return Text(attribute.Text) ?? Number(attribute.Number) ?? Flag(attribute.Flag);
            }
        }
        return null;
    }

    private long RegisteredDays() =>
        NodaTime.Period.DaysBetween(Calendar.DateOf(Member.RegisteredAt), Local.Date);

    private LocalDate? Birthday() =>
        Member.Birthday is { } day ? LocalDate.FromDateOnly(day) : null;

    /// <summary>Who was born on 29 February has the birthday on the 28th in other years.</summary>
    private bool IsOn(LocalDate birthday) =>
        new AnnualDate(birthday.Month, birthday.Day).InYear(Local.Year) == Local.Date;

    private static Scalar? Text(string? text) => text is null ? null : Scalar.Of(text);

    private static Scalar? Number(decimal? number) => number is { } value ? Scalar.Of(value) : null;

    private static Scalar? Flag(bool? flag) => flag is { } value ? Scalar.Of(value) : null;
}
