namespace PointsMall.Api.Requests;

/// <summary>Route constraint <c>:uuid</c>: only the form that the API itself writes. Another form addresses nothing, so it is 404.</summary>
internal sealed class UuidConstraint : IRouteConstraint
{
    public bool Match(
        HttpContext? httpContext,
        IRouter? route,
        string routeKey,
        RouteValueDictionary values,
        RouteDirection routeDirection
    ) =>
        values.TryGetValue(routeKey, out var value)
        && (value is Guid || Guid.TryParseExact(value as string, "D", out _));
}
