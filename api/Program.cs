using PointsMall.Api;
using PointsMall.Api.Development;
using PointsMall.Api.Health;
using PointsMall.Api.OpenApi;

return args switch
{
    ["token", .. var rest] => await TokenCommand.Run(rest),
    ["seed", .. var rest] => await SeedCommand.Run(rest),
    ["health", .. var rest] => await HealthCommand.Run(rest, Console.Out),
    ["openapi", .. var rest] => await OpenApiCommand.Run(rest),
    ["run", .. var rest] => await RunCommand.Run(rest),
    _ => await RunCommand.Run(args),
};
