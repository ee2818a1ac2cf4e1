using PointsMall.GrainInterfaces;
using PointsMall.GrainInterfaces.Members;
using PointsMall.Tests.Cluster.Silos;
using PointsMall.Tests.Support;

namespace PointsMall.Tests.Cluster.Registration;

[Collection(MallCollection.Name)]
public sealed class RegistrationTests(MallFixture mall)
{
    [Fact]
    public async Task A_new_member_has_an_empty_account()
    {
        var command = Command(externalId: null);

        var result = await Register(command);

        Assert.Null(result.Refusal);
        Assert.True(result.Created);
        var balance = await mall.Grains.GetGrain<IMemberGrain>(result.MemberId).GetBalance();
        Assert.Equal(0, balance?.Available);
    }

    [Fact]
    public async Task The_same_external_id_again_finds_the_member()
    {
        var first = await Register(Command("shop-1"));

        var again = await Register(Command("shop-1"));

        Assert.Null(again.Refusal);
        Assert.False(again.Created);
        Assert.Equal(first.MemberId, again.MemberId);
    }

    [Fact]
    [Trait("Behaviour", "PTS-4")]
    public async Task The_same_key_replays_and_another_content_under_it_is_refused()
    {
        var first = await Register(Command("shop-2", Headers.New("register-2")));

        var replay = await Register(Command("shop-2", Headers.New("register-2")));
        var reuse = await Register(Command("shop-3", Headers.New("register-2", content: 2)));

        Assert.Equal(first.MemberId, replay.MemberId);
        Assert.True(replay.Created);
        Assert.True(replay.Replayed);
        Assert.Equal(RefusalCode.IdempotencyKeyReused, reuse.Refusal?.Code);
        Assert.Equal(
            0L,
            await mall.Read<long>("select count(*) from member where external_id = 'shop-3'")
        );
    }

    [Fact]
    public async Task A_command_sent_again_after_a_lost_answer_is_done_once_without_a_key()
    {
        var command = Command(externalId: null);
        await Register(command);

        var again = await Register(command);

        Assert.True(again.Created);
        Assert.False(again.Replayed);
        Assert.Equal(command.MemberId, again.MemberId);
    }

    [Fact]
    public async Task Fifty_at_once_with_one_external_id_are_one_member()
    {
        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 50)
                .Select(i => Register(Command("shop-4"), mall.Silos[i % mall.Silos.Count]))
        );

        Assert.All(results, result => Assert.Null(result.Refusal));
        Assert.Single(results.Select(result => result.MemberId).Distinct());
        Assert.Single(results, result => result.Created);
        Assert.Equal(
            1L,
            await mall.Read<long>("select count(*) from member where external_id = 'shop-4'")
        );
        Assert.Equal(
            await mall.Read<long>("select count(*) from member"),
            await mall.Read<long>("select count(*) from member_account")
        );
    }

    [Fact]
    [Trait("Behaviour", "PTS-4")]
    public async Task Fifty_at_once_with_one_key_are_one_member()
    {
        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 50)
                .Select(i =>
                    Register(
                        Command(externalId: null, Headers.New("register-5")),
                        mall.Silos[i % mall.Silos.Count]
                    )
                )
        );

        Assert.All(results, result => Assert.Null(result.Refusal));
        Assert.Single(results.Select(result => result.MemberId).Distinct());
        Assert.Single(results, result => !result.Replayed);
    }

    [Theory]
    [InlineData("displayName", "", null, null, null)]
    [InlineData("externalId", "Ada", "", null, null)]
    [InlineData("email", "Ada", null, " ", null)]
    [InlineData("phone", "Ada", null, null, "13800138000")]
    public async Task A_wrong_field_is_refused_by_its_name(
        string field,
        string displayName,
        string? externalId,
        string? email,
        string? phone
    )
    {
        var result = await Register(
            Command(externalId) with
            {
                DisplayName = displayName,
                Email = email,
                Phone = phone,
            }
        );

        Assert.Equal(RefusalCode.InvalidRequest, result.Refusal?.Code);
        Assert.Equal(field, result.Refusal?.Field);
    }

    private Task<RegistrationResult> Register(
        RegisterMemberCommand command,
        TestSilo? silo = null
    ) => (silo?.Grains ?? mall.Grains).GetGrain<IMemberRegistryGrain>(0).Register(command);

    private static RegisterMemberCommand Command(
        string? externalId,
        CommandHeader? header = null
    ) =>
        new()
        {
            Header = header ?? Headers.New(),
            MemberId = Guid.CreateVersion7(),
            ExternalId = externalId,
            DisplayName = "Ada",
        };
}
