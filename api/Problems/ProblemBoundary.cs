using System.Net.Sockets;
using Npgsql;

namespace PointsMall.Api.Problems;

/// <summary>
/// The outermost middleware: whatever fails leaves as a problem answer, never as a stack trace or an empty body. Also sets the headers that
/// every answer carries.
/// </summary>
internal sealed partial class ProblemBoundary(RequestDelegate next, ILogger<ProblemBoundary> logger)
{
    public async Task InvokeAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        try
        {
            await next(http);
        }
        catch (Exception failure) when (!http.Response.HasStarted)
        {
            if (http.RequestAborted.IsCancellationRequested)
            {
                return; // nobody is there to read an answer
            }
            await ToProblem(failure).ExecuteAsync(http);
        }
    }

    private Problem ToProblem(Exception failure)
    {
        switch (failure)
        {
            case ProblemException edge:
                return edge.Problem;
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return new Problem(Errors.RequestTooLarge);
            case BadHttpRequestException:
                return new Problem(Errors.InvalidRequest)
                {
                    Detail = "The request's body could not be read.",
                };
            case SocketException or TimeoutException or NpgsqlException { IsTransient: true }:
                DatabaseFailed(logger, failure.Message);
                return new Problem(Errors.Unavailable)
                {
                    RetryAfterSeconds = Refusals.DefaultRetryAfterSeconds,
                };
            default:
                RequestFailed(logger, failure);
                return new Problem(Errors.InternalError);
        }
    }

    [LoggerMessage(LogLevel.Error, "A request failed")]
    private static partial void RequestFailed(ILogger logger, Exception failure);

    [LoggerMessage(LogLevel.Warning, "The database did not answer a request: {Failure}")]
    private static partial void DatabaseFailed(ILogger logger, string failure);
}
