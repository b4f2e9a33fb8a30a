using Marketplace.Domain.Organizations;
using Marketplace.Domain.Primitives;
using Marketplace.Domain.Transparency;
using NodaTime;

namespace Marketplace.Domain.Tests.Transparency;

public sealed class NoticeBoardTests
{
    private static readonly Instant Evening = Instant.FromUtc(2027, 1, 14, 21, 0);
    private static readonly OrganizationId Acme = OrganizationId.From("org_acme");

    [Fact]
    public void What_happens_within_a_quarter_of_an_hour_is_one_mail()
    {
        var board = Collected(null, 7, Evening, NoticeMail.Soon, NoticeMail.Never);
        Assert.Equal(new NoticeDigest(6, Evening + Duration.FromMinutes(15)), board.Soon);
        Assert.Null(board.Daily.At);

        Assert.Empty(NoticeBoard.Decide(board, new CollectNotices(Acme, 8, [NoticeMail.Soon]), Evening + Duration.FromMinutes(5)).Facts);
        var letter = new SealedLetter(LetterId.From("ltr_a"), "ada@x.example", "sealed");
        board = Folded(board, NoticeBoard.Decide(board, new SendNotices(NoticeMail.Soon, 9, 9, [letter]), board.NextAt()!.Value));

        Assert.Equal((new NoticeDigest(9, null), null), (board.Soon, board.NextAt()));
        Assert.Equal(9, Collected(board, 10, Evening, NoticeMail.Soon).Soon.After);
    }

    [Theory]
    [InlineData(21, 15)]
    [InlineData(6, 14)]
    [InlineData(7, 15)]
    public void Who_wants_one_mail_a_day_gets_it_in_the_next_morning(int hour, int day)
    {
        var board = Collected(null, 1, Instant.FromUtc(2027, 1, 14, hour, 0), NoticeMail.Daily);

        Assert.Equal(Instant.FromUtc(2027, 1, day, 7, 0), board.NextAt());
        Assert.Null(board.Soon.At);
    }

    [Fact]
    public void Nobody_who_wants_a_mail_means_none() => Assert.Empty(NoticeBoard.Decide(null, new CollectNotices(Acme, 1, [NoticeMail.Never]), Evening).Facts);

    [Fact]
    public void What_could_not_be_read_yet_is_collected_again()
    {
        var board = Collected(null, 1, Evening, NoticeMail.Soon);
        var later = Evening + Duration.FromMinutes(15);

        board = Folded(board, NoticeBoard.Decide(board, new SendNotices(NoticeMail.Soon, 3, 5, []), later));

        Assert.Equal(new NoticeDigest(3, later + Duration.FromMinutes(15)), board.Soon);
        Assert.Empty(NoticeBoard.Decide(board with { Soon = NoticeDigest.None }, new SendNotices(NoticeMail.Soon, 3, 5, []), later).Facts);
    }

    [Fact]
    public void Each_reader_reads_and_chooses_for_itself()
    {
        var board = Folded(null, NoticeBoard.Decide(null, new MarkNoticesRead(Acme, "usr_ada", 5)));
        board = Folded(board, NoticeBoard.Decide(board, new ChooseNoticeMail(Acme, "usr_bo", NoticeMail.Daily)));

        Assert.Equal((5, (NoticeMail?)null), (board.Reader("usr_ada").ReadThrough, board.Reader("usr_ada").Mail));
        Assert.Equal((0, NoticeMail.Daily), (board.Reader("usr_bo").ReadThrough, board.Reader("usr_bo").Mail));
        Assert.Empty(NoticeBoard.Decide(board, new MarkNoticesRead(Acme, "usr_ada", 4)).Facts);
        Assert.Empty(NoticeBoard.Decide(board, new ChooseNoticeMail(Acme, "usr_bo", NoticeMail.Daily)).Facts);
    }

    private static NoticeBoard Collected(NoticeBoard? state, long number, Instant now, params NoticeMail[] wanted) =>
        Folded(state, NoticeBoard.Decide(state, new CollectNotices(Acme, number, [.. wanted]), now));

    private static NoticeBoard Folded(NoticeBoard? state, Decision<NoticeBoardFact> decision) => decision.Facts.Aggregate(state, (before, fact) => NoticeBoard.Evolve(before, fact))!;
}
