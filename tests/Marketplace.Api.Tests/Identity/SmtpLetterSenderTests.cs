using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Marketplace.Api.Identity;
using Marketplace.Grains.Ports;
using Marketplace.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Marketplace.Api.Tests.Identity;

/// <summary>The way to a mail server, against one that speaks the protocol on loopback.</summary>
public sealed class SmtpLetterSenderTests(AccountMarket market) : IClassFixture<AccountMarket>
{
    private static CancellationToken Patience => TestContext.Current.CancellationToken;

    private Letters Letters => market.Api.Services.GetRequiredService<Letters>();

    [Fact]
    public async Task A_letter_arrives_as_it_was_written_under_one_message_id_however_often_it_is_sent()
    {
        await using var server = new MailServer { Account = ("market", "secret") };
        var sender = Sender(server.Port, options => (options.User, options.Password) = ("market", "secret"));
        var letter = Letters.Seal("ada@mail.example", new LetterContent("Grüße", ".begins with a dot\nand ends here: http://localhost/x?token=abc%3D"));

        await sender.SendAsync(letter, Patience);
        await sender.SendAsync(letter, Patience);

        var mail = await server.NextAsync(Patience);
        Assert.Equal(("no-reply@market.example", "ada@mail.example"), (mail.From, Assert.Single(mail.To)));
        var message = await MimeKit.MimeMessage.LoadAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(mail.Text)), Patience);
        Assert.Equal("Grüße", message.Subject);
        Assert.Equal(".begins with a dot\nand ends here: http://localhost/x?token=abc%3D", message.TextBody!.ReplaceLineEndings("\n").TrimEnd('\n'));
        Assert.Equal($"{letter.Id}@market.example", message.MessageId);
        Assert.Contains($"<{letter.Id}@market.example>", (await server.NextAsync(Patience)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_server_refuses_is_told_without_what_it_said()
    {
        await using var server = new MailServer { Recipient = to => $"550 {to} is unknown here" };
        var error = await Assert.ThrowsAsync<LetterNotTakenException>(() => SendAsync(Sender(server.Port)));
        Assert.Equal("The mail server refused with 550.", error.Message);
    }

    [Fact]
    public async Task A_wrong_password_at_the_server_and_no_server_at_all_are_told_apart()
    {
        await using var server = new MailServer { Account = ("market", "secret") };
        Assert.Equal("AuthenticationException", (await Assert.ThrowsAsync<LetterNotTakenException>(() =>
            SendAsync(Sender(server.Port, options => (options.User, options.Password) = ("market", "guess"))))).Message);
        Assert.Equal("SocketException", (await Assert.ThrowsAsync<LetterNotTakenException>(() => SendAsync(Sender(1)))).Message);
    }

    [Fact]
    public async Task Where_tls_is_asked_for_a_server_without_it_gets_no_letter_and_no_password()
    {
        await using var server = new MailServer { Account = ("market", "secret") };
        var sender = Sender(server.Port, options => (options.Security, options.User, options.Password) = (MailSecurity.StartTls, "market", "secret"));
        await Assert.ThrowsAsync<LetterNotTakenException>(() => SendAsync(sender));
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_server_whose_certificate_nobody_vouches_for_gets_no_letter()
    {
        using var certificate = Certificate();
        await using var server = new MailServer(certificate);
        var error = await Assert.ThrowsAsync<LetterNotTakenException>(() => SendAsync(Sender(server.Port, options => options.Security = MailSecurity.StartTls)));
        Assert.Equal("SslHandshakeException", error.Message);
    }

    /// <summary>A certificate for this machine that signs itself.</summary>
    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private Task SendAsync(SmtpLetterSender sender) => sender.SendAsync(Letters.Seal("ada@mail.example", new LetterContent("Hello", "Text")), Patience);

    private SmtpLetterSender Sender(int port, Action<MailOptions>? change = null)
    {
        var options = new MailOptions { Host = "127.0.0.1", Port = port, Security = MailSecurity.None, From = "Marketplace <no-reply@market.example>" };
        change?.Invoke(options);
        return new SmtpLetterSender(Letters, Options.Create(options));
    }
}
