namespace Marketplace.Domain.Primitives;

/// <summary>A person who signs in.</summary>
public readonly record struct UserId : IPublicId<UserId>
{
    private UserId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "usr";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static UserId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>One sign-in of a person at one browser.</summary>
public readonly record struct SessionId : IPublicId<SessionId>
{
    private SessionId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "ses";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static SessionId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>An address, or a subject of another sign-in service, by its hash: nobody reads it from the id.</summary>
public readonly record struct IdentifierId : IPublicId<IdentifierId>
{
    private IdentifierId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "idn";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static IdentifierId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>An invitation into an organization.</summary>
public readonly record struct InvitationId : IPublicId<InvitationId>
{
    private InvitationId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "invite";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static InvitationId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>A mail to a person.</summary>
public readonly record struct LetterId : IPublicId<LetterId>
{
    private LetterId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "ltr";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static LetterId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>How many mails one sender may still cause, or one address may still get.</summary>
public readonly record struct MailAllowanceId : IPublicId<MailAllowanceId>
{
    private MailAllowanceId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "mla";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static MailAllowanceId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>A person's calendar of one organization's contract dates.</summary>
public readonly record struct CalendarFeedId : IPublicId<CalendarFeedId>
{
    private CalendarFeedId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "cal";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static CalendarFeedId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}

/// <summary>A message between the parties of a reservation.</summary>
public readonly record struct MessageId : IPublicId<MessageId>
{
    private MessageId(string value) => Value = value;

    /// <inheritdoc/>
    public static string Prefix => "msg";

    /// <inheritdoc/>
    public string Value { get; }

    /// <inheritdoc/>
    public static MessageId From(string value) => new(PublicId.Check(Prefix, value));

    /// <summary>The id as it stands in the API.</summary>
    public override string ToString() => Value;
}
