"""What all questions of SurveyJS have: names, texts, conditions and options."""

from collections.abc import Sequence
from typing import Any

import attrs

from klantportaal.domain.questionnaires.definition import QuestionType
from klantportaal.questionnaire_imports.drafts import Asked, Deferred, Draft, DraftPage
from klantportaal.questionnaire_imports.elements import Element
from klantportaal.questionnaire_imports.remarks import RemarkCode
from klantportaal.questionnaire_imports.surveyjs.conditions import Scope, condition
from klantportaal.questionnaire_imports.words import Words, same

_LOOKS = """
    allowClear alternateRows backgroundColor backgroundImage backgroundImageFit backgroundOpacity cellHideMode
    choicesOrder colCount columnColCount columnLayout columnMinWidth columnSpan commentAreaRows completeText cols
    cookieName dataFormat detailPanelMode detailPanelShowOnAdding displayMode descriptionLocation editText errorLocation
    errorsMode fitToContainer focusFirstQuestionAutomatic focusOnFirstError gridLayoutColumns gridLayoutEnabled
    headerView height hideNumber imageFit imageHeight imageWidth indent innerIndent itemSize itemTitleWidth keyTitle
    layoutColumns logo logoFit logoHeight logoPosition logoWidth matrixAddRowButtonLocation maxTextLength
    maxTimeToFinish maxWidth minImageHeight minImageWidth maxImageHeight maxImageWidth minWidth mobileView
    navigationButtonsVisibility navigationTitle navigationDescription pageNextText pagePrevText panelAddText
    panelPrevText panelNextText panelRemoveButtonLocation panelRemoveText penColor penMaxWidth penMinWidth placeholder
    placeHolder placeholderReadOnly previewText progressBarType questionDescriptionLocation questionErrorLocation
    questionStartIndex questionTitleLocation questionTitlePattern questionTitleWidth questionsOnPageMode rateColorMode
    rateDescriptionLocation rateDisplayMode rateType renderAs renderMode requiredMark requiredText rightIndent rowHeight
    scaleColorMode searchEnabled separateSpecialChoices showCompletePage showHeader showNavigationButtons showNumber
    showPageNumbers showPageTitles showPlaceholder showPreviewBeforeComplete showProgressBar showQuestionNumbers showTOC
    showTitle showTitles signatureAutoScaleEnabled signatureHeight signatureWidth size sortOrder startSurveyText
    startWithNewLine state swapOrder tagBoxCloseAction textUpdateMode textWrapEnabled titleLocation titlePosition
    tocLocation transposeData useDisplayValuesInDynamicTexts verticalAlign width widthMode
"""
PRESENTATION = frozenset(_LOOKS.split())
"""The properties of SurveyJS that are about looks and buttons."""


NAMELESS = "vraag"
"""The name of a question that has none."""


@attrs.frozen(kw_only=True)
class Place:
    """Where a question stands."""

    page: DraftPage
    conditions: Sequence[Deferred] = ()
    """Those of the panels around it."""
    rows: Asked | None = None
    """The rows that it is a column of."""


@attrs.frozen
class Reader:
    """Reads the parts of one survey."""

    draft: Draft

    def words(self, element: Element, key: str) -> Words | None:
        """Read a text: plain, or by language as ``{"default": …, "nl": …}``."""
        value = element.take(key, str, dict)
        if value is None:
            return None
        given = {"": value} if isinstance(value, str) else self._by_language(value, element, key)
        return self.draft.translator.words(given, element.at(key))

    def _by_language(self, value: dict[str, Any], element: Element, key: str) -> dict[str, str]:
        for tag, text in value.items():
            if not isinstance(text, str):
                element.tell(key, RemarkCode.WRONG_SHAPE)
                return {tag: text for tag, text in value.items() if isinstance(text, str)} if tag else {}
        return {"" if tag == "default" else tag: text for tag, text in value.items()}

    def name(self, element: Element) -> str:
        """Read the name of a question; one without a name gets one."""
        if not (name := element.text("name")):
            element.tell("", RemarkCode.TEXT_MISSING, text=NAMELESS)
        return name or NAMELESS

    def condition(self, element: Element, rows: Asked | None, key: str = "visibleIf") -> list[Deferred]:
        """Read an expression that shows something; [] without one."""
        expression = element.text(key)
        if not expression.strip():
            return []
        named = self.draft.named
        return [Deferred(element.at(key), lambda: condition(expression, Scope(named, rows)))]

    def hidden(self, element: Element) -> bool:
        """Tell whether something is never shown by itself, and report it then."""
        visible = element.take("visible", bool)
        if visible is False and not element.content.get("visibleIf"):
            element.leave_out(RemarkCode.HIDDEN)
            return True
        return False

    def asked(self, element: Element, place: Place, kind: QuestionType) -> Asked:
        """Read what every question has, and remember it by its name."""
        name = self.name(element)
        better = (f"{place.rows.id}-{name}",) if place.rows is not None else ()
        asked = Asked(
            path=element.path,
            type=kind,
            id=self.draft.question_id(name, element.at("name"), *better),
            label=self.words(element, "title") or same(name, element.at("name")),
            help=self.words(element, "description"),
            required=element.flag("isRequired") and kind is not QuestionType.NOTE,
            conditions=[*place.conditions, *self.condition(element, place.rows)],
            rows=place.rows,
        )
        if place.rows is None:
            self.draft.remember(name, asked)
        return asked

    def choices(
        self, element: Element, key: str = "choices", alone: list[str] | None = None
    ) -> list[tuple[Any, str, Words | None, str]]:
        """Read options: their values, those as text, their labels and places. *alone* gets those that stand alone."""
        found = []
        for path, each in element.listed(key):
            if isinstance(each, dict):
                item = element.source.element(each, path)
                raw, words = item.take("value", str, int, float, bool), self.words(item, "text")
                if alone is not None and item.flag("isExclusive"):
                    alone.append(_value(raw))
            elif isinstance(each, (str, int, float)):
                raw, words = each, self.draft.translator.words({"": str(each)}, path) if isinstance(each, str) else None
            else:
                raw, words = None, None
            found.append((raw, _value(raw), words, path))
        return found


def _value(raw: Any) -> str:
    return "" if raw is None else str(raw).lower() if isinstance(raw, bool) else str(raw)
