namespace PointsMall.Tests.Domain.Model;

/// <summary>What the protocol rests on. Each can be switched off to see that the model misses it.</summary>
internal sealed record Safeguards(bool TakeOver = true, bool EpochCheck = true);

internal enum ModelVerdict
{
    Committed,
    Fenced,
    KeyUsed,
    StaleClaim,
}

/// <param name="Member">Whose.</param>
/// <param name="Key">The idempotency key.</param>
/// <param name="Activation">The activation that decided it; they are numbered as they load.</param>
/// <param name="Before">The account that the decision was made on.</param>
/// <param name="Decision">What to write.</param>
internal sealed record ModelUnit(
    Guid Member,
    string Key,
    int Activation,
    Account Before,
    MemberDecision Decision
);

/// <param name="Unit">What wrote it.</param>
/// <param name="PriceInForce">Points that the SKU cost when it was written.</param>
internal sealed record ModelOrder(ModelUnit Unit, long PriceInForce)
{
    public Guid Id => Unit.Decision.Order!.OrderId;
}

/// <summary>Rows and constraints; every method is one transaction.</summary>
internal sealed class ModelDatabase(Safeguards safeguards, IEnumerable<Account> accounts)
{
    private readonly Dictionary<Guid, Account> _accounts = accounts.ToDictionary(account =>
        account.MemberId
    );
    private readonly List<ModelOrder> _orders = [];
    private int _activations;

    public long Available { get; private set; } = 1;
    public long Epoch { get; private set; } = 1;
    public long Price { get; private set; } = 10;
    public IReadOnlyList<ModelOrder> Orders => _orders;

    public Account AccountOf(Guid member) => _accounts[member];

    public ModelOrder? Find(Guid member, string key) =>
        _orders.Find(order => order.Unit.Member == member && order.Unit.Key == key);

    /// <summary>An activation loads the account and takes it from whoever had it.</summary>
    public (Account Account, int Activation) TakeOver(Guid member)
    {
        var account = _accounts[member];
        if (safeguards.TakeOver)
        {
            account = account with { Version = account.Version + 1 };
            _accounts[member] = account;
        }
        return (account, ++_activations);
    }

    public (long Available, long Epoch) Bump() => (Available, ++Epoch);

    /// <summary>The catalogue changes the offer and starts a new epoch in one transaction.</summary>
    public void ChangePrice(long price)
    {
        Price = price;
        Epoch++;
    }

    public ModelVerdict Commit(ModelUnit unit)
    {
        if (_accounts[unit.Member].Version != unit.Before.Version)
        {
            return ModelVerdict.Fenced;
        }
        if (Find(unit.Member, unit.Key) is not null)
        {
            return ModelVerdict.KeyUsed;
        }
        var stock = unit.Decision.Stock.Single();
        if ((safeguards.EpochCheck && stock.Epoch != Epoch) || stock.Taken > Available)
        {
            return ModelVerdict.StaleClaim;
        }
        Available -= stock.Taken;
        _accounts[unit.Member] = unit.Decision.Next!;
        _orders.Add(new(unit, Price));
        return ModelVerdict.Committed;
    }
}
