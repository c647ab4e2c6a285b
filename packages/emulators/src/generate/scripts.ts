/** A way of writing, with words enough for subjects, names and bodies. */
export interface Script {
  readonly name: string
  readonly words: readonly [string, ...string[]]
  readonly people: readonly [string, ...string[]]
  /** A single-byte charset that old mail in this script was written in. */
  readonly charset?: SingleByteCharset
  /** Words are written without blanks between them. */
  readonly dense?: true
}

export type SingleByteCharset = 'iso-8859-1' | 'iso-8859-7' | 'iso-8859-8' | 'windows-1251'

const words = (text: string): readonly [string, ...string[]] => {
  const [first = '', ...rest] = text.split(' ')
  return [first, ...rest]
}

const names = (text: string): readonly [string, ...string[]] => {
  const [first = '', ...rest] = text.split(', ')
  return [first, ...rest]
}

export const ENGLISH: Script = {
  name: 'english',
  words: words(
    'the report for next week is attached please check figures before we send them to customer and thank you all meeting moved from Tuesday because room was taken invoice contract draft version review again budget plan quarter travel order delivery late supplier answer question open points list update release notes server maintenance window tonight lunch regards',
  ),
  people: names('Anna Becker, John Smith, Mary O’Neil, Tom Baker, Ruth Cole, Peter Lang, Susan Field, Jim van Dyke'),
}

const LATIN: Script = {
  name: 'latin',
  words: words(
    'für über größe Straße Änderung Übersicht Müller schön français déjà élève où naïve señor mañana años coração informação Grüße Besprechung Angebot Rechnung façade crème été Ångström smørrebrød',
  ),
  people: names('Jürgen Groß, Zoë Ångström, François Lefèvre, María Muñoz, Øystein Bråten, Jörg Weiß'),
  charset: 'iso-8859-1',
}

const GREEK: Script = {
  name: 'greek',
  words: words('καλημέρα αναφορά συνάντηση τιμολόγιο ερώτηση απάντηση εβδομάδα σχέδιο παράδοση ευχαριστώ πελάτης δωμάτιο'),
  people: names('Γιώργος Παπαδόπουλος, Ελένη Νικολάου, Κώστας Δημητρίου'),
  charset: 'iso-8859-7',
}

const CYRILLIC: Script = {
  name: 'cyrillic',
  words: words('добрый день отчет встреча счёт вопрос ответ неделя план поставка спасибо клиент комната договор срок решение'),
  people: names('Иван Петров, Ольга Смирнова, Дмитрий Кузнецов'),
  charset: 'windows-1251',
}

const ARABIC: Script = {
  name: 'arabic',
  words: words('السلام عليكم تقرير اجتماع فاتورة سؤال جواب أسبوع خطة تسليم شكرا عميل غرفة عقد'),
  people: names('محمد علي, فاطمة حسن, يوسف إبراهيم'),
}

const HEBREW: Script = {
  name: 'hebrew',
  words: words('שלום דוח פגישה חשבונית שאלה תשובה שבוע תוכנית משלוח תודה לקוח חדר חוזה'),
  people: names('דוד כהן, שרה לוי, יעקב מזרחי'),
  charset: 'iso-8859-8',
}

const CHINESE: Script = {
  name: 'chinese',
  words: words('您好 报告 会议 发票 问题 回答 下周 计划 交付 谢谢 客户 房间 合同 更新 附件 请查收'),
  people: names('王伟, 李娜, 張文傑'),
  dense: true,
}

const JAPANESE: Script = {
  name: 'japanese',
  words: words('お世話になっております 報告書 会議 請求書 質問 回答 来週 計画 納品 ありがとうございます 顧客 部屋 契約 更新'),
  people: names('山田 太郎, 佐藤 花子, 鈴木 一郎'),
  dense: true,
}

const KOREAN: Script = {
  name: 'korean',
  words: words('안녕하세요 보고서 회의 송장 질문 답변 다음주 계획 배송 감사합니다 고객 회의실 계약 업데이트'),
  people: names('김민수, 이영희, 박지훈'),
}

const EMOJI: Script = {
  name: 'emoji',
  words: words('🎉 party 🚀 launch 👩‍💻 team 🇩🇪 trip ☕ break ❤️ thanks 🧑🏽‍🚒 visit 📎 file 🐙 done ✅ soon'),
  people: names('Kim 🌻 Lee, Alex ⭐ Stone'),
}

export const SCRIPTS: readonly [Script, ...Script[]] = [ENGLISH, LATIN, GREEK, CYRILLIC, ARABIC, HEBREW, CHINESE, JAPANESE, KOREAN, EMOJI]
