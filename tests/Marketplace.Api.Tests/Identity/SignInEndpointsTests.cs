using Marketplace.Api.Identity;
using Marketplace.Domain.Organizations;
using Marketplace.Grains.Ports;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Marketplace.Api.Tests.Identity;

/// <summary>
/// What an answer takes tells nothing about an address: up to the answer the same is looked at, asked and written, whether somebody has
/// it or nobody. What differs is done afterwards, which here waits until the mail server is there.
/// </summary>
public sealed class SignInEndpointsTests : IAsyncLifetime
{
    private const string Known = "ada@known.example";
    private const string Unknown = "eve@unknown.example";
    private readonly CountingHasher _hasher = new();
    private readonly StepFilter _steps = new();
    private readonly HeldMail _mail = new();
    private ApiMarket _api = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await ApiMarket.StartAsync(
            services => services.AddScoped<IPasswordHasher<MarketUser>>(_ => _hasher),
            silo =>
            {
                _mail.Sender = (ILetterSender)silo.Services.Last(service => service.ServiceType == typeof(ILetterSender)).ImplementationInstance!;
                silo.Services.AddSingleton<ILetterSender>(_mail);
                silo.AddIncomingGrainCallFilter(_steps);
            });
        using var browser = new Browser(_api.Address);
        (await browser.RegisterAsync(Known)).With(201);
        await _api.SettleAsync();
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData("/identity/password-resets")]
    [InlineData("/identity/email-confirmations")]
    public async Task Asking_for_a_mail_takes_the_same_steps_for_every_address(string path)
    {
        using var browser = new Browser(_api.Address);

        var known = await StepsAsync(async () => (await browser.PostAsync(path, new { email = Known })).With(202));
        var unknown = await StepsAsync(async () => (await browser.PostAsync(path, new { email = Unknown })).With(202));

        Assert.Equal(known, unknown);
        Assert.Contains("written letter", known);
    }

    [Fact]
    public async Task A_wrong_password_takes_the_same_steps_for_every_address_and_for_a_locked_account()
    {
        using var browser = new Browser(_api.Address);
        await StepsAsync(() => browser.SignInAsync(Unknown, "a wrong password")); // Whoever stands in for it is there from now on.

        var known = await StepsAsync(async () => (await browser.SignInAsync(Known, "a wrong password")).With(401));
        var unknown = await StepsAsync(async () => (await browser.SignInAsync(Unknown, "a wrong password")).With(401));
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await browser.SignInAsync(Known, "a wrong password");
        }

        var locked = await StepsAsync(async () => (await browser.SignInAsync(Known)).With(401));

        Assert.Equal(["asked IIdentifierClaimGrain.GetAsync", "asked IUserGrain.FailSignInAsync", "asked IUserGrain.GetAsync", "looked at a password", "written user"], known);
        Assert.Equal(known, unknown);
        Assert.Equal(known, locked);
    }

    [Fact]
    public async Task Registering_takes_the_same_steps_for_every_address_where_addresses_must_be_confirmed_and_is_done_afterwards()
    {
        _api.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<IdentityOptions>>().Value.SignIn.RequireConfirmedEmail = true;
        using var browser = new Browser(_api.Address);

        var known = await StepsAsync(async () => (await browser.RegisterAsync(Known)).With(201));
        var unknown = await StepsAsync(async () => (await browser.RegisterAsync(Unknown)).With(201));

        Assert.Equal(known, unknown);
        Assert.Contains("looked at a password", known);
        Assert.Contains("written letter", known);

        // The account and its mail come to be afterwards, and the owner of the other hears of the attempt.
        Assert.NotNull((await _api.Market.Grains.GetGrain<Grains.Organizations.ILetterGrain>((await _mail.HeldAsync(Unknown)).Id.Value).GetAsync())?.State.NextAt);
        _mail.IsHeld = false;
        await _api.Market.Time.AdvanceAsync(_api.Market.Clock.Now + NodaTime.Duration.FromHours(1));
        Assert.Equal("Confirm your e-mail address", (await AccountMarket.MailAsync(_api, Unknown)).Subject);
        Assert.Equal("email_not_confirmed", (await browser.SignInAsync(Unknown)).With(403).Code);
        Assert.Contains("You have an account already", await SubjectsAsync(Known, 2));
    }

    [Fact]
    public async Task Nobody_is_mailed_at_an_address_that_nobody_has_and_nothing_stays_to_be_done()
    {
        using var browser = new Browser(_api.Address);
        (await browser.PostAsync("/identity/password-resets", new { email = Unknown })).With(202);
        var letter = await _mail.HeldAsync(Unknown);
        _mail.IsHeld = false;
        await _api.Market.Time.AdvanceAsync(_api.Market.Clock.Now + NodaTime.Duration.FromHours(1));

        var kept = (await _api.Market.Grains.GetGrain<Grains.Organizations.ILetterGrain>(letter.Id.Value).GetAsync())!.State;

        Assert.Equal((null, null), (kept.Content, kept.NextAt));
        Assert.DoesNotContain(_api.Market.Mail.Taken, taken => taken.To == Unknown);
    }

    private async Task<List<string>> SubjectsAsync(string to, int count)
    {
        var subjects = new List<string>();
        while (subjects.Count < count)
        {
            subjects.Add((await AccountMarket.MailAsync(_api, to)).Subject);
        }

        return subjects;
    }

    /// <summary>
    /// What was looked at, asked and written for a request, in no order. That a mail was not taken yet is written as well, sooner or later.
    /// Organizations note at their leisure what was delivered of an earlier request; what this one asks of them would be among the calls.
    /// </summary>
    private async Task<string[]> StepsAsync(Func<Task> request)
    {
        await _api.SettleAsync();
        _api.Market.Faults.Reset();
        _steps.Taken.Clear();
        _hasher.Count = 0;
        await request();
        return
        [
            .. _steps.Taken.Where(step => !step.Contains("VisitAsync", StringComparison.Ordinal)).Select(step => "asked " + step).Order(StringComparer.Ordinal),
            .. Enumerable.Repeat("looked at a password", _hasher.Count),
            .. _api.Market.Faults.Writes.Where(write => write.Operation == "WriteState" && write.Table != "organization").Select(write => "written " + write.Table).Distinct().Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Asks of people and their addresses, as they arrive.</summary>
    private sealed class StepFilter : IIncomingGrainCallFilter
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Taken { get; } = [];

        public Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.InterfaceName.Contains("Organizations", StringComparison.Ordinal) || context.InterfaceName.Contains("IUserGrain", StringComparison.Ordinal) || context.InterfaceName.Contains("IIdentifierClaimGrain", StringComparison.Ordinal))
            {
                Taken.Enqueue($"{context.InterfaceMethod.DeclaringType!.Name}.{context.InterfaceMethod.Name}");
            }

            return context.Invoke();
        }
    }

    /// <summary>Holds every mail until the test lets it go: nothing that follows an answer happens before.</summary>
    private sealed class HeldMail : ILetterSender
    {
        private readonly System.Threading.Channels.Channel<SealedLetter> _held = System.Threading.Channels.Channel.CreateUnbounded<SealedLetter>();

        public ILetterSender? Sender { get; set; }

        public bool IsHeld { get; set; } = true;

        /// <summary>The letter to an address that is held.</summary>
        public async Task<SealedLetter> HeldAsync(string to)
        {
            while (await _held.Reader.ReadAsync(TestContext.Current.CancellationToken) is var letter)
            {
                if (letter.To == to)
                {
                    return letter;
                }
            }

            throw new InvalidOperationException("No more letters.");
        }

        public Task SendAsync(SealedLetter letter, CancellationToken cancellation = default)
        {
            _held.Writer.TryWrite(letter);
            return IsHeld ? throw new LetterNotTakenException("Held.") : Sender!.SendAsync(letter, cancellation);
        }
    }

    private sealed class CountingHasher : PasswordHasher<MarketUser>
    {
        public int Count { get; set; }

        public override string HashPassword(MarketUser user, string password)
        {
            Count++;
            return base.HashPassword(user, password);
        }

        public override PasswordVerificationResult VerifyHashedPassword(MarketUser user, string hashedPassword, string providedPassword)
        {
            Count++;
            return base.VerifyHashedPassword(user, hashedPassword, providedPassword);
        }
    }
}
