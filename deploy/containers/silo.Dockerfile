# The silo, also used to migrate and to verify: docker run IMAGE [run | health | migrate | verify]
FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
WORKDIR /source
# What restoring needs comes first, so that a change of code does not restore again.
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt ./
COPY grain-interfaces/*.csproj grain-interfaces/packages.lock.json grain-interfaces/
COPY grains/*.csproj grains/packages.lock.json grains/
COPY silo/*.csproj silo/packages.lock.json silo/
RUN dotnet restore silo --locked-mode -p:PublishReadyToRun=true
COPY .editorconfig ./
COPY grain-interfaces grain-interfaces
COPY grains grains
COPY silo silo
RUN dotnet publish silo -c Release --no-restore -p:PublishReadyToRun=true -o /app

# Chiseled: no shell, no package manager, nothing but what .NET needs. "extra" has ICU, which normalizing texts takes.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled-extra
WORKDIR /app
COPY --from=build /app .
# The base image's user app, as a number: Kubernetes can tell that it is not root.
USER 1654:1654
ENTRYPOINT ["dotnet", "PointsMall.Silo.dll"]
CMD ["run"]
