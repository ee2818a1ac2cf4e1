# The HTTP API: docker run IMAGE [run | health]
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
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

# Chiseled: no shell, no package manager, nothing but what .NET needs. "extra" has ICU, which normalizing texts takes.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled-extra
WORKDIR /app
COPY --from=build /app .
# The base image's user app, as a number: Kubernetes can tell that it is not root.
USER 1654:1654
ENTRYPOINT ["dotnet", "PointsMall.Api.dll"]
CMD ["run"]
