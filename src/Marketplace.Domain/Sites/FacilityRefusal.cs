using Marketplace.Domain.Primitives;

namespace Marketplace.Domain.Sites;

/// <summary>Why a public facility record is not imported, in order of precedence. Nothing of such a record is kept.</summary>
public enum FacilityRefusal
{
    /// <summary>It cannot be read.</summary>
    [RefusalMeaning("facility_record_malformed", RefusalKind.Invalid, RefusalClass.Final, "The record is not an object of the known form: a member has another type than expected.")]
    Malformed,

    /// <summary>It says no id.</summary>
    [RefusalMeaning("facility_id_missing", RefusalKind.Invalid, RefusalClass.Final, "The record has no id of 1 to 200 characters, so it could not be recognised when it comes again.")]
    IdMissing,

    /// <summary>It comes twice.</summary>
    [RefusalMeaning("facility_id_repeated", RefusalKind.Conflict, RefusalClass.Final, "An earlier record of the same import has the same id; only that one is imported.")]
    IdRepeated,

    /// <summary>It is no mine.</summary>
    [RefusalMeaning("facility_type_not_imported", RefusalKind.Invalid, RefusalClass.Final, "Only crypto-mining facilities become sites here.")]
    TypeNotImported,

    /// <summary>Something needed is missing.</summary>
    [RefusalMeaning("facility_field_missing", RefusalKind.Invalid, RefusalClass.Final, "The record lacks something a site needs: name, operator, status, state, a source, or when it was last updated.")]
    FieldMissing,

    /// <summary>Something is out of range.</summary>
    [RefusalMeaning("facility_field_invalid", RefusalKind.Invalid, RefusalClass.Final, "A text, date, number, address or status of the record is not of the known form or range.")]
    FieldInvalid,
}
