namespace PointsMall.Api.Problems;

/// <summary>
/// Answers what routing did not give to one of our endpoints: no such address, or routing's own endpoints for a wrong method or content
/// type, which would otherwise answer without a body. They need no token: nothing is behind them.
/// </summary>
internal sealed class Unrouted(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http) =>
        http.GetEndpoint() switch
        {
            RouteEndpoint => next(http),
            null => new Problem(Errors.NotFound).ExecuteAsync(http),
            var routing => Answer(http, routing),
        };

    private static async Task Answer(HttpContext http, Endpoint routing)
    {
        await routing.RequestDelegate!(http);
        var kind = http.Response.StatusCode switch
        {
            StatusCodes.Status405MethodNotAllowed => Errors.MethodNotAllowed,
            StatusCodes.Status415UnsupportedMediaType => Errors.UnsupportedMediaType,
            _ => Errors.NotFound,
        };
        await new Problem(kind).ExecuteAsync(http);
    }
}
