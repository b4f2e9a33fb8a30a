using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Marketplace.House.Tests;

/// <summary>What compiled code refers to. Constants and names in <c>nameof</c> leave no trace in it; the rules on sources cover those.</summary>
internal static class Uses
{
    /// <summary>Every type that <paramref name="type"/> names: base, members, attributes and method bodies, generic arguments included.</summary>
    public static IEnumerable<TypeReference> TypesOf(TypeDefinition type)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return Direct(type).SelectMany(Unfold).Where(reference => seen.Add(reference.FullName));
    }

    /// <summary>Every method that the bodies of <paramref name="type"/> call, as <c>Namespace.Type::Name</c>.</summary>
    public static IEnumerable<string> CallsOf(TypeDefinition type) =>
        Instructions(type).Select(instruction => instruction.Operand).OfType<MethodReference>()
            .Select(method => $"{method.DeclaringType.GetElementType().FullName}::{method.Name}")
            .Distinct(StringComparer.Ordinal);

    private static IEnumerable<TypeReference?> Direct(TypeDefinition type)
    {
        yield return type.BaseType;
        foreach (var reference in type.Interfaces.Select(implementation => implementation.InterfaceType)
            .Concat(type.Fields.Select(field => field.FieldType))
            .Concat(type.Properties.Select(property => property.PropertyType))
            .Concat(type.GenericParameters.SelectMany(Constraints))
            .Concat(AttributesOf(type)))
        {
            yield return reference;
        }

        foreach (var method in type.Methods)
        {
            yield return method.ReturnType;
            foreach (var reference in method.Parameters.Select(parameter => parameter.ParameterType)
                .Concat(method.GenericParameters.SelectMany(Constraints))
                .Concat(method.HasBody ? method.Body.Variables.Select(variable => variable.VariableType) : [])
                .Concat(method.HasBody ? method.Body.ExceptionHandlers.Select(handler => handler.CatchType) : []))
            {
                yield return reference;
            }
        }

        foreach (var operand in Instructions(type).Select(instruction => instruction.Operand))
        {
            switch (operand)
            {
                case TypeReference reference:
                    yield return reference;
                    break;
                case MethodReference method:
                    yield return method.DeclaringType;
                    yield return method.ReturnType;
                    foreach (var reference in method.Parameters.Select(parameter => parameter.ParameterType)
                        .Concat(method is GenericInstanceMethod generic ? generic.GenericArguments : []))
                    {
                        yield return reference;
                    }

                    break;
                case FieldReference field:
                    yield return field.DeclaringType;
                    yield return field.FieldType;
                    break;
            }
        }
    }

    private static IEnumerable<TypeReference> Constraints(GenericParameter parameter) =>
        parameter.Constraints.Select(constraint => constraint.ConstraintType);

    private static IEnumerable<TypeReference> AttributesOf(TypeDefinition type) =>
        new ICustomAttributeProvider[] { type }.Concat(type.Methods).Concat(type.Properties).Concat(type.Fields)
            .SelectMany(member => member.CustomAttributes)
            .SelectMany(attribute => attribute.ConstructorArguments.Select(argument => argument.Value).OfType<TypeReference>().Prepend(attribute.AttributeType));

    private static IEnumerable<Instruction> Instructions(TypeDefinition type) =>
        type.Methods.Where(method => method.HasBody).SelectMany(method => method.Body.Instructions);

    private static IEnumerable<TypeReference> Unfold(TypeReference? reference)
    {
        switch (reference)
        {
            case null or GenericParameter:
                return [];
            case GenericInstanceType generic:
                return generic.GenericArguments.SelectMany(Unfold).Prepend(generic.ElementType);
            case RequiredModifierType modified:
                return Unfold(modified.ElementType);
            case TypeSpecification specification:
                return Unfold(specification.ElementType);
            default:
                return [reference];
        }
    }

    /// <summary>The namespace; a nested type stands in that of the type around it.</summary>
    public static string NamespaceOf(TypeReference type) => type.DeclaringType is { } outer ? NamespaceOf(outer) : type.Namespace;

    /// <summary>The element types behind a reference that is itself generic, an array or by reference.</summary>
    public static IEnumerable<TypeReference> Parts(TypeReference type) => Unfold(type).Select(part => part.GetElementType());
}
