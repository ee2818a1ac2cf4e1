# The HTTP API.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
# What restoring needs comes first, so that a change of code does not restore again.
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt ./
COPY grain-interfaces/*.csproj grain-interfaces/packages.lock.json grain-interfaces/
COPY api/*.csproj api/packages.lock.json api/
RUN dotnet restore api --locked-mode -p:PublishReadyToRun=true
COPY .editorconfig ./
COPY grain-interfaces grain-interfaces
COPY api api
RUN dotnet publish api -c Release --no-restore -p:PublishReadyToRun=true -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
USER $APP_UID
ENTRYPOINT ["dotnet", "PointsMall.Api.dll"]
CMD ["run"]
