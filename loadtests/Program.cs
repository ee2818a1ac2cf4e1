using PointsMall.LoadTests;
using PointsMall.LoadTests.Compare;
using PointsMall.LoadTests.Scenarios;

return args switch
{
    ["prepare", var url, var folder, var members, var skus] => await Preparation.Run(
        new Uri(url),
        folder,
        Number(members),
        Number(skus)
    ),
    ["smoke", var url, var folder, var connections, var seconds] => await Smoke.Run(
        new Uri(url),
        folder,
        Number(connections),
        Number(seconds)
    ),
    ["peer", var name, var url, var data, var keys, var ids, .. var settings] =>
        await PeerCommand.Run(name, url, data, keys, ids, settings),
    _ => await Usage(),
};

static int Number(string text) =>
    int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

static async Task<int> Usage()
{
    await Console.Error.WriteLineAsync(
        $"""
        usage: PointsMall.LoadTests prepare URL DIR MEMBERS SKUS     members with points and SKUs with stock; ids to DIR (needs MALL_STAFF_TOKEN)
               PointsMall.LoadTests smoke URL DIR CONNECTIONS SECONDS  redeems over HTTP with DIR/tokens and DIR/skus
               {PeerCommand.Usage}
        """
    );
    return 64;
}
