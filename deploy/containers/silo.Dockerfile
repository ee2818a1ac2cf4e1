# The silo, also used to migrate and to verify: docker run IMAGE [run|migrate|verify]
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
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

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
USER $APP_UID
# Silos and the API talk to each other at this container's address. exec: SIGTERM must reach the silo, which then drains.
ENTRYPOINT ["/bin/sh", "-c", "export Silo__Address=\"${Silo__Address:-$(hostname -i)}\"; exec dotnet PointsMall.Silo.dll \"$@\"", "silo"]
CMD ["run"]
