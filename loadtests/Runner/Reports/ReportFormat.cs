namespace NBomber.Contracts.Stats;

/// <summary>A kind of report file.</summary>
public enum ReportFormat
{
    Txt = 0,
    Html = 1,
    Csv = 2,
    Md = 3,
}
