using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Grains.Ports;

namespace Marketplace.Api.Identity;

/// <summary>Stands where nothing may leave: a mail is tried again later, and a webhook waits for a host that sends.</summary>
internal sealed class AbsentPost : ILetterSender, INoticeWriter, IWebhookSender
{
    private const string Reason = "Nothing is sent from here.";

    public Task SendAsync(SealedLetter letter, CancellationToken cancellation = default) => throw new LetterNotTakenException(Reason);

    public Task<SealedLetter> WriteAsync(LetterId id, string to, NoticeDigestContent content) => throw new InvalidOperationException(Reason);

    public Task<WebhookAnswer> SendAsync(WebhookMessage message, CancellationToken cancellation = default) => throw new InvalidOperationException(Reason);
}
