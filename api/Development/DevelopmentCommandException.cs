namespace PointsMall.Api.Development;

/// <summary>A development command can't do what it was asked; the message says why, for the person at the terminal.</summary>
internal sealed class DevelopmentCommandException(string message, Exception? cause = null)
    : Exception(message, cause);
