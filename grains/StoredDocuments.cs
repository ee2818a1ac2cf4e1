using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace PointsMall.Grains;

/// <summary>Writes of grains that keep a document with the AdoNet provider.</summary>
internal static partial class StoredDocuments
{
    /// <summary>
    /// Stores the next document. After a failure the document in memory is one that may not be stored: the caller ends its activation, so that
    /// the next one reads what is.
    /// </summary>
    /// <param name="document">The grain's.</param>
    /// <param name="next">What to store.</param>
    /// <param name="what">What the log calls it.</param>
    /// <param name="logger">The grain's.</param>
    /// <returns>Null when it is stored.</returns>
    public static async Task<Refusal?> Write<T>(
        this IPersistentState<T> document,
        T next,
        string what,
        ILogger logger
    )
    {
        document.State = next;
        try
        {
            await document.WriteStateAsync();
            return null;
        }
        catch (InconsistentStateException exception)
        {
            LogFenced(logger, exception, what);
            return Refusal.Of(RefusalCode.NotRun);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            LogUnknown(logger, exception, what);
            return Refusal.Of(RefusalCode.OutcomeUnknown);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Another activation has changed the {What}; this one ends"
    )]
    private static partial void LogFenced(ILogger logger, Exception exception, string what);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Whether the {What} were stored is not known; the next activation reads them"
    )]
    private static partial void LogUnknown(ILogger logger, Exception exception, string what);
}
