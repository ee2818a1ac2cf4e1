using PointsMall.LoadTests.Peers.Http;
using PointsMall.LoadTests.Peers.Noop;
using PointsMall.LoadTests.Peers.Orleans;
using PointsMall.LoadTests.Peers.Postgres;
using PointsMall.LoadTests.Peers.Redis;

return args switch
{
    ["postgres", .. var settings] => await PeerApi.Run(settings, PostgresPeer.Add),
    ["redis", .. var settings] => await PeerApi.Run(settings, RedisPeer.Add),
    ["adonet", "silo", .. var settings] => await PeerSilo.Run(settings),
    ["adonet", "api", .. var settings] => await PeerApi.Run(settings, AdoNetPeer.Add),
    ["transactions", "silo", .. var settings] => await PeerSilo.Run(settings),
    ["transactions", "api", .. var settings] => await PeerApi.Run(settings, TransactionsPeer.Add),
    ["noop", .. var settings] => await PeerApi.Run(settings, NoopPeer.Add),
    _ => await Usage(),
};

static async Task<int> Usage()
{
    await Console.Error.WriteLineAsync(
        """
        usage: PointsMall.LoadTests.Peers PEER [--SETTING VALUE]...
          every API                   --Urls http://127.0.0.1:PORT --Auth:PublicKeyFile FILE
          postgres                    --ConnectionStrings:peer ... [--Postgres:Connections N]
          redis                       --Redis:Server HOST:PORT
          adonet silo|api             --ConnectionStrings:peer ...
          transactions silo|api       --ConnectionStrings:peer ...
          noop
        """
    );
    return 64;
}
