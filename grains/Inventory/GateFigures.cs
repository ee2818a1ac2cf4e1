using PointsMall.Grains.Diagnostics;

namespace PointsMall.Grains.Inventory;

/// <summary>One gate's part in the silo's sums of open claims and sold-out SKUs.</summary>
internal sealed class GateFigures
{
    private int _claims;
    private bool _soldOut;

    /// <summary>Adds what has changed since the last call; without a gate, takes this one's part out again.</summary>
    public void Follow(StockGate? gate)
    {
        var (claims, soldOut) = gate is null ? (0, false) : (gate.OpenClaims, gate.IsSoldOut);
        if (claims != _claims)
        {
            MallMeter.OpenClaims.Add(claims - _claims);
            _claims = claims;
        }
        if (soldOut != _soldOut)
        {
            MallMeter.SoldOut.Add(soldOut ? 1 : -1);
            _soldOut = soldOut;
        }
    }
}
